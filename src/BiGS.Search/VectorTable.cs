using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace BiGS.Search;

/// <summary>
/// The vectors of an index in memory, read once; afterwards only those of documents that are new. A document is never changed, only replaced by one with
/// another number, so what was read stays right. Several threads may ask.
/// </summary>
internal sealed class VectorTable
{
    private const int ChunkBytes = 1 << 24;

    private readonly Lock _lock = new();
    private State _state = new(0, -1, []);

    /// <summary>The rows of the documents that a connection sees.</summary>
    /// <param name="connection">Within a transaction.</param>
    public IReadOnlyCollection<Rows> Read(SqliteConnection connection)
    {
        (long made, long generation) = (connection.Number("SELECT made FROM settings"), connection.Number("SELECT generation FROM settings"));
        lock (_lock)
        {
            if (made == _state.Made && generation < _state.Generation)
            {
                return Load(connection, []).Values; // a moment before the one that is kept
            }

            if ((_state.Made, _state.Generation) != (made, generation))
            {
                _state = new State(made, generation, Load(connection, _state.Made == made ? _state.Documents : []));
            }

            return _state.Documents.Values;
        }
    }

    private static Dictionary<long, Rows> Load(SqliteConnection connection, Dictionary<long, Rows> known)
    {
        var documents = new Dictionary<long, Rows>();
        var chunk = Memory<Half>.Empty;
        long newest = known.Count == 0 ? 0 : known.Keys.Max();
        using (SqliteCommand all = connection.Command("SELECT id FROM documents WHERE id <= $newest ORDER BY id", ("$newest", newest)))
        using (SqliteDataReader row = all.ExecuteReader())
        {
            while (row.Read())
            {
                if (known.TryGetValue(row.GetInt64(0), out Rows rows))
                {
                    documents[row.GetInt64(0)] = rows;
                }
            }
        }

        using SqliteCommand command = connection.Command(
            "SELECT d.id, d.first_passage, v.numbers FROM vectors v JOIN documents d ON d.id = v.document WHERE v.document > $newest ORDER BY v.document", ("$newest", newest));
        using SqliteDataReader added = command.ExecuteReader();
        while (added.Read())
        {
            ReadOnlySpan<Half> numbers = MemoryMarshal.Cast<byte, Half>(raw.sqlite3_column_blob(added.Handle, 2));
            if (numbers.Length > chunk.Length)
            {
                chunk = new Half[Math.Max(numbers.Length, ChunkBytes / Marshal.SizeOf<Half>())];
            }

            numbers.CopyTo(chunk.Span);
            documents[added.GetInt64(0)] = new Rows(added.GetInt64(1), chunk[..numbers.Length]);
            chunk = chunk[numbers.Length..];
        }

        return documents;
    }

    /// <summary>The vectors of consecutive passages.</summary>
    /// <param name="FirstPassage">The number of the first.</param>
    /// <param name="Numbers">(passages, d)</param>
    public readonly record struct Rows(long FirstPassage, ReadOnlyMemory<Half> Numbers);

    /// <summary>What was read last.</summary>
    private sealed record State(long Made, long Generation, Dictionary<long, Rows> Documents);
}
