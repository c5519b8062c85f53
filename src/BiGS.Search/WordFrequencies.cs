using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace BiGS.Search;

/// <summary>In how many passages a word stands.</summary>
internal enum WordFrequency
{
    /// <summary>In none.</summary>
    Absent,

    /// <summary>In so few that looking at all of them is quick.</summary>
    Rare,

    /// <summary>In so many that it tells them apart too little for what looking at them costs.</summary>
    Frequent,
}

/// <summary>How frequent words are in an index. What was found out is kept until the index changes. Several threads may ask.</summary>
internal sealed class WordFrequencies
{
    /// <summary>A word is frequent beyond this share of the passages, but not below this number of them.</summary>
    private const double LargestShare = 0.05;
    private const int LeastFrequent = 1_000;

    private const int MostKept = 10_000;

    private State _state = new(0, 0, 0);

    /// <summary>Says of a word, as it stands in a query, how frequent it is in what a connection sees.</summary>
    /// <param name="connection">Within a transaction.</param>
    public Func<string, WordFrequency> At(SqliteConnection connection)
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

        return word => state.Known.GetOrAdd(word, _ => Find(connection, word, Math.Max(LeastFrequent, (long)(state.Passages * LargestShare))));
    }

    private static WordFrequency Find(SqliteConnection connection, string word, long most)
    {
        long passages = connection.Number(
            "SELECT count(*) FROM (SELECT 1 FROM passages_words WHERE passages_words MATCH $word LIMIT $most + 1)", ("$word", word), ("$most", most));
        return passages == 0 ? WordFrequency.Absent : passages <= most ? WordFrequency.Rare : WordFrequency.Frequent;
    }

    /// <summary>Equal at the same moment of the same index.</summary>
    private sealed record State(long Made, long Generation, long Passages)
    {
        public ConcurrentDictionary<string, WordFrequency> Known { get; } = new();

        public bool Equals(State? other) => (Made, Generation) == (other?.Made, other?.Generation);

        public override int GetHashCode() => HashCode.Combine(Made, Generation);
    }
}
