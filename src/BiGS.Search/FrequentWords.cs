using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace BiGS.Search;

/// <summary>
/// Which words stand in so many passages that they tell them apart too little for what looking for them costs. What was found out is kept until the index
/// changes. Several threads may ask.
/// </summary>
internal sealed class FrequentWords
{
    private const double LargestShare = 0.1;
    private const int MostKept = 10_000;

    private State _state = new(0, 0, 0);

    /// <summary>Says of a word, as it stands in a query, whether it is frequent in what a connection sees.</summary>
    /// <param name="connection">Within a transaction.</param>
    public Func<string, bool> At(SqliteConnection connection)
    {
        State state = _state;
        using (SqliteCommand command = connection.Command("SELECT made, generation, passages FROM settings"))
        using (SqliteDataReader row = command.ExecuteReader())
        {
            row.Read();
            var now = new State(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2));
            if (now != state || state.Known.Count > MostKept)
            {
                _state = state = now;
            }
        }

        return word => state.Known.GetOrAdd(word, _ => IsFrequent(connection, word, (long)(state.Passages * LargestShare)));
    }

    private static bool IsFrequent(SqliteConnection connection, string word, long most) => connection.Number(
        "SELECT count(*) FROM (SELECT 1 FROM passages_words WHERE passages_words MATCH $word LIMIT $most + 1)", ("$word", word), ("$most", most)) > most;

    /// <summary>Equal at the same moment of the same index.</summary>
    private sealed record State(long Made, long Generation, long Passages)
    {
        public ConcurrentDictionary<string, bool> Known { get; } = new();

        public bool Equals(State? other) => (Made, Generation) == (other?.Made, other?.Generation);

        public override int GetHashCode() => HashCode.Combine(Made, Generation);
    }
}
