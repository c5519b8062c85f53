namespace BiGS.Weights;

/// <summary>Named tensors in a file. Opening reads only names, shapes and types; elements are read on request.</summary>
internal interface IWeightsFile : IDisposable
{
    /// <summary>Tensor names, in the order of the file.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <exception cref="InvalidDataException">The file has no tensor of this name.</exception>
    long[] Shape(string name);

    /// <summary>The type that the file stores the tensor in.</summary>
    /// <exception cref="InvalidDataException">The file has no tensor of this name, or its type is not one that is read: says which.</exception>
    ElementType Type(string name);

    /// <summary>
    /// Reads part of a tensor as bytes: its elements row by row, little-endian. A tensor of any size can be read in pieces; each goes straight
    /// from the file into the destination where the file has the elements in this order, and large pieces are cheaper where it has not.
    /// </summary>
    /// <param name="name">The tensor.</param>
    /// <param name="offset">The first byte to read, a multiple of the element's width.</param>
    /// <param name="destination">Filled completely; a whole number of elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part splits an element, or does not lie within the tensor.</exception>
    /// <exception cref="InvalidDataException">The file has no tensor of this name, or it cannot be read: says why.</exception>
    void ReadBytes(string name, long offset, Span<byte> destination);
}
