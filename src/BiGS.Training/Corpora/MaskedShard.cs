using PureHDF;
using PureHDF.Selections;
using PureHDF.VOL.Native;

namespace BiGS.Training.Corpora;

/// <summary>One HDF5 file of masked rows. A block of rows stays in memory, since its chunks are inflated whole anyway.</summary>
internal sealed class MaskedShard : IDisposable
{
    private const int BlockRows = 256;

    private readonly NativeFile _file;
    private readonly Lock _lock = new();
    private readonly Table _ids;
    private readonly Table _mask;
    private readonly Table _segments;
    private readonly Table _positions;
    private readonly Table _labels;
    private long _cached = -1;
    private int[][] _block = [];

    public MaskedShard(string path)
    {
        Path = path;
        _file = OpenFile(path);
        try
        {
            _ids = Open("input_ids");
            _mask = Open("input_mask");
            _segments = Open("segment_ids");
            _positions = Open("masked_lm_positions");
            _labels = Open("masked_lm_ids");
            RequireShape(_mask, _ids);
            RequireShape(_segments, _ids);
            RequireShape(_labels, _positions);
            if (_positions.Rows != _ids.Rows)
            {
                throw Wrong(_positions, $"expected {_ids.Rows} rows as in input_ids");
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public long Count => _ids.Rows;

    public int Length => _ids.Columns;

    public int MaxPredictions => _positions.Columns;

    public ShardRow Row(long row)
    {
        int[][] block;
        lock (_lock)
        {
            if (row / BlockRows != _cached)
            {
                long first = row / BlockRows * BlockRows;
                int rows = (int)Math.Min(BlockRows, Count - first);
                _block = [.. new[] { _ids, _mask, _segments, _positions, _labels }.Select(table => table.Read(first, rows))];
                _cached = row / BlockRows;
            }
            block = _block;
        }
        int at = (int)(row % BlockRows);
        int[] positions = Cut(block[3], at, MaxPredictions);
        // Position 0 is [CLS], which is never masked: the first 0 ends the list.
        int end = Array.IndexOf(positions, 0);
        positions = end < 0 ? positions : positions[..end];
        if (Array.Find(positions, position => position < 0 || position >= Length) is int outside and not 0)
        {
            throw new InvalidDataException(
                $"'{Path}', row {row}: masked_lm_positions holds {outside}, expected 1 … {Length - 1}; the shard is damaged, make it anew");
        }
        return new ShardRow(Cut(block[0], at, Length), Cut(block[1], at, Length), Cut(block[2], at, Length),
            positions, Cut(block[4], at, MaxPredictions)[..positions.Length]);
    }

    public void Dispose() => _file.Dispose();

    private static int[] Cut(int[] table, int row, int columns) => table[(row * columns)..((row + 1) * columns)];

    private static NativeFile OpenFile(string path)
    {
        try
        {
            return H5File.OpenRead(path);
        }
        catch (Exception broken)
        {
            throw new InvalidDataException($"'{path}' cannot be read as HDF5 ({broken.Message}); check that the file is complete", broken);
        }
    }

    private Table Open(string name)
    {
        if (!_file.LinkExists(name) || _file.Get(name) is not IH5Dataset data)
        {
            string known = string.Join(", ", _file.Children().Select(child => child.Name));
            throw new InvalidDataException(
                $"'{Path}' has no dataset {name} but {known}; expected a shard of masked rows in the authors' layout");
        }
        if (data.Space.Dimensions.Length != 2 || data.Type.Class != H5DataTypeClass.FixedPoint || data.Type.Size is not (1 or 2 or 4 or 8))
        {
            throw new InvalidDataException(
                $"'{Path}': {name} is {data.Type.Class} of shape ({string.Join(", ", data.Space.Dimensions)}), "
                + "expected whole numbers of shape (rows, columns)");
        }
        return new Table(name, data);
    }

    private void RequireShape(Table table, Table model)
    {
        if ((table.Rows, table.Columns) != (model.Rows, model.Columns))
        {
            throw Wrong(table, $"expected ({model.Rows}, {model.Columns}) as in {model.Name}");
        }
    }

    private InvalidDataException Wrong(Table table, string expected) =>
        new($"'{Path}': {table.Name} has shape ({table.Rows}, {table.Columns}), {expected}; the shard is damaged, make it anew");

    /// <summary>A dataset of whole numbers (rows, columns), of any width in the file.</summary>
    private sealed record Table(string Name, IH5Dataset Data)
    {
        public long Rows => (long)Data.Space.Dimensions[0];

        public int Columns => (int)Data.Space.Dimensions[1];

        public int[] Read(long first, int rows)
        {
            HyperslabSelection selection = new(2, [(ulong)first, 0], [(ulong)rows, (ulong)Columns]);
            return Data.Type.Size switch
            {
                1 => Array.ConvertAll(Data.Read<sbyte[]>(selection), value => (int)value),
                2 when !Data.Type.FixedPoint.IsSigned => Array.ConvertAll(Data.Read<ushort[]>(selection), value => (int)value),
                2 => Array.ConvertAll(Data.Read<short[]>(selection), value => (int)value),
                4 => Data.Read<int[]>(selection),
                _ => Array.ConvertAll(Data.Read<long[]>(selection), value => checked((int)value)),
            };
        }
    }
}
