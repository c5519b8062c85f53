using static TorchSharp.torch;

namespace BiGS.Checkpoints;

/// <summary>Where a tensor lies in a storage of a PyTorch file: element k of dimension j is at Offset + Σ k_j · Strides_j, in elements.</summary>
internal sealed record StoredTensor(string Storage, ScalarType Type, long StorageElements, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>The element type where it is none that is read, the storage then being counted in bytes; null where it is.</summary>
    public string? UnreadType { get; init; }

    /// <summary>Bytes that the storage must have.</summary>
    public UInt128 StorageBytes => (UInt128)Math.Max(0, StorageElements) * (UInt128)ElementTypes.WidthOf(Type);

    /// <summary>Checks that every element lies in the storage, and that the tensor is no larger than it.</summary>
    /// <param name="where">The file, for the message.</param>
    /// <param name="name">The tensor, for the message.</param>
    /// <param name="bytes">What the file has of the storage.</param>
    /// <exception cref="InvalidDataException">It does not fit.</exception>
    public void CheckWithin(string where, string name, long bytes)
    {
        if (!FitsInto(bytes))
        {
            throw new InvalidDataException(
                $"{where}: \"{name}\" of shape ({string.Join(", ", Shape)}) does not fit its storage of {StorageElements} elements in {bytes} bytes; copy the file again.");
        }
    }

    /// <summary>Whether its elements are the storage's, one after the other.</summary>
    public bool IsWholeStorage => Offset == 0 && Shape.Aggregate(1L, (product, n) => product * n) == StorageElements && Strides.SequenceEqual(RowMajor(Shape));

    /// <summary>Strides of elements that lie row after row: the last index steps by 1.</summary>
    public static long[] RowMajor(long[] shape)
    {
        long[] strides = new long[shape.Length];
        long step = 1;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            strides[d] = step;
            step *= Math.Max(1, shape[d]);
        }

        return strides;
    }

    /// <summary>Fills a contiguous tensor of this shape from the storage.</summary>
    /// <param name="target">What is filled.</param>
    /// <param name="readStorage">Fills a flat tensor with the whole storage.</param>
    public void ReadInto(Tensor target, Action<Tensor> readStorage)
    {
        using var scope = NewDisposeScope();
        if (IsWholeStorage)
        {
            readStorage(target.view(-1));
            return;
        }

        Tensor storage = empty([StorageElements], Type, CPU);
        readStorage(storage);
        target.copy_(storage.as_strided(Shape, Strides, Offset));
    }

    private bool FitsInto(long bytes)
    {
        if (StorageElements < 0 || StorageBytes != (UInt128)bytes || Offset < 0 || Shape.Length != Strides.Length || Strides.Any(stride => stride < 0))
        {
            return false;
        }

        if (UnreadType is not null)
        {
            return true;
        }

        try
        {
            UInt128 last = (UInt128)Offset;
            foreach ((long n, long stride) in Shape.Zip(Strides))
            {
                last += (UInt128)Math.Max(0, n - 1) * (UInt128)stride;
            }

            return ShapeCost.Bytes(Shape, ElementTypes.WidthOf(Type)) <= bytes && last < (UInt128)Math.Max(1, StorageElements);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
