namespace BiGS.Weights;

/// <summary>Where a tensor lies in a storage of a PyTorch file: element k of dimension j is at Offset + Σ k_j · Strides_j, in elements.</summary>
internal sealed record StoredTensor(string Storage, ElementType Type, long StorageElements, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>The element type where it is none that is read, the storage then being counted in bytes; null where it is.</summary>
    public string? UnreadType { get; init; }

    /// <summary>Bytes that the storage must have.</summary>
    public UInt128 StorageBytes => (UInt128)Math.Max(0, StorageElements) * (UInt128)ElementTypeNames.WidthOf(Type);

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

    /// <summary>Its elements in their order.</summary>
    public StridedView View => new(Shape, Strides, Offset, ElementTypeNames.WidthOf(Type));

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

            return TensorSize.Bytes(Shape, ElementTypeNames.WidthOf(Type)) <= bytes && last < (UInt128)Math.Max(1, StorageElements);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
