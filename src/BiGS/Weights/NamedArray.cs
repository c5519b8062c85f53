namespace BiGS.Weights;

/// <summary>Something that a weights file can be written from: a name, a shape, and elements that are asked for only when they are written.</summary>
/// <param name="name">The name in the file.</param>
/// <param name="type">The type of the elements.</param>
/// <param name="shape">n₀, n₁, …; none for a single number.</param>
internal abstract class NamedArray(string name, ElementType type, IReadOnlyList<long> shape)
{
    /// <summary>The name in the file.</summary>
    public string Name { get; } = name;

    /// <summary>The type of the elements.</summary>
    public ElementType Type { get; } = type;

    /// <summary>n₀, n₁, …; none for a single number.</summary>
    public IReadOnlyList<long> Shape { get; } = shape;

    /// <summary>The number of elements, Π n.</summary>
    public long Count { get; } = shape.Aggregate(1L, (product, n) => product * n);

    /// <summary>The number of bytes of all elements.</summary>
    public long Bytes => Count * ElementTypeNames.WidthOf(Type);

    /// <summary>Writes elements in their order, row by row, as little-endian bytes.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="from">The first element.</param>
    /// <param name="count">How many.</param>
    public abstract void Write(Stream stream, long from, long count);

    /// <summary>A matrix of the same name with rows and columns exchanged.</summary>
    /// <exception cref="InvalidOperationException">The array is not a matrix.</exception>
    public abstract NamedArray Transposed();
}
