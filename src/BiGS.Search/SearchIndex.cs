using Microsoft.Data.Sqlite;

namespace BiGS.Search;

/// <summary>
/// The passages of a folder of documents with their words and vectors, in one SQLite file. Several threads and processes may search, also while another
/// updates the index; each question is answered from the state of one moment.
/// </summary>
public sealed partial class SearchIndex : IDisposable
{
    /// <summary>What an index is called in the folder of its documents, unless it is put elsewhere: hidden, so that it is no document itself.</summary>
    public const string FileName = ".bigs-index.db";

    private const string PassageColumns =
        "SELECT d.path, p.line, p.first_character, p.end_character, p.text, p.title, p.page, p.id FROM passages p JOIN documents d ON d.id = p.document";

    private readonly string _path;
    private readonly SearchModel? _model;
    private readonly VectorTable _vectors = new();
    private readonly WordFrequencies _frequencies = new();

    private SearchIndex(string path, SearchModel? model) => (_path, _model) = (path, model);

    /// <summary>Files that are in it now.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public int Documents => Count("SELECT documents FROM settings");

    /// <summary>Passages that are in it now.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public int Passages => Count("SELECT passages FROM settings");

    /// <summary>Of the model that made it.</summary>
    internal string Fingerprint
    {
        get
        {
            using SqliteConnection connection = IndexDatabase.OpenToRead(_path, pooling: true);
            return IndexSettings.Read(connection).Fingerprint;
        }
    }

    /// <summary>Whether a file is in it now.</summary>
    /// <param name="file">As it leads there from the folder that was indexed, with '/' between its parts.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public bool Contains(string file)
    {
        using SqliteConnection connection = IndexDatabase.OpenToRead(_path);
        using SqliteCommand command = connection.Command("SELECT 1 FROM documents WHERE path = $path", ("$path", file));
        return command.ExecuteScalar() is not null;
    }

    /// <summary>How an index was made, so that it can be brought up to date in the same way, and its model opened; null where there is none.</summary>
    /// <param name="path">A folder of documents, or the file of an index that was put elsewhere.</param>
    /// <exception cref="InvalidDataException">What is there is no index.</exception>
    public static IndexOptions? ReadOptions(string path)
    {
        string file = FileOf(path);
        IndexSettings made;
        try
        {
            using SqliteConnection connection = IndexDatabase.OpenToRead(file);
            made = IndexSettings.Read(connection);
        }
        catch (FileNotFoundException)
        {
            return null;
        }

        return new IndexOptions
        {
            PassageTokens = made.PassageTokens,
            Overlap = made.Overlap,
            TextField = made.TextField,
            ModelPath = made.Model,
            PromptName = made.PromptName,
            Stemming = made.Stemming,
        };
    }

    /// <summary>Opens the index of a folder of documents, or one that was put elsewhere.</summary>
    /// <param name="path">The folder, or the file of the index.</param>
    /// <param name="model">The one that made the index, for questions by vectors; null where words are enough. The caller disposes of it.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is no index, or damaged.</exception>
    /// <exception cref="ArgumentException">Another model made the index.</exception>
    public static SearchIndex Open(string path, SearchModel? model = null)
    {
        string file = FileOf(path);
        using SqliteConnection connection = IndexDatabase.OpenToRead(file);
        CheckModel(file, IndexSettings.Read(connection), model);
        return new SearchIndex(file, model);
    }

    /// <inheritdoc cref="IndexUpdater"/>
    /// <param name="folder">Of the documents.</param>
    /// <param name="model">What embeds them.</param>
    /// <param name="options">Passages and places.</param>
    /// <param name="progress">Reports each file.</param>
    /// <param name="cancellationToken">Stops between documents and batches; those that were added stay.</param>
    /// <exception cref="ArgumentException">The index that is there was made otherwise, or the passages do not fit the model.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It holds no document.</exception>
    /// <exception cref="InvalidDataException">No document can be read: says why. If only some cannot, they are left out. Or what is there is no index.</exception>
    /// <exception cref="IOException">Another process changes the index.</exception>
    public static Task<IndexUpdate> UpdateAsync(
        string folder, SearchModel model, IndexOptions? options = null, IProgress<IndexProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => new IndexUpdater(folder, model, options ?? new IndexOptions(), progress, cancellationToken).Run(), cancellationToken);

    /// <summary>The passages that answer a question best.</summary>
    /// <param name="question">A sentence or some words, in any language; nothing in it is an operator.</param>
    /// <param name="options">What ranks passages, and how many are wanted.</param>
    /// <param name="cancellationToken">Stops before the question is embedded, and before passages are looked at.</param>
    /// <returns>The best first; fewer than are wanted where fewer have anything in common with the question.</returns>
    /// <exception cref="InvalidOperationException">Vectors are asked for, and the index was opened without a model.</exception>
    /// <exception cref="ArgumentException">The index has been made anew by another model.</exception>
    public Task<IReadOnlyList<SearchHit>> SearchAsync(string question, SearchOptions? options = null, CancellationToken cancellationToken = default) => Task.Run(
        () =>
        {
            options ??= new SearchOptions();
            SearchMode mode = options.Mode ?? (_model is null ? SearchMode.Keyword : SearchMode.Hybrid);
            float[]? vector = mode == SearchMode.Keyword ? null : Embed(question, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            return Search(question, vector, options with { Mode = mode });
        },
        cancellationToken);

    public void Dispose()
    {
        using var connection = IndexDatabase.Connection(_path, SqliteOpenMode.ReadOnly, pooling: true);
        SqliteConnection.ClearPool(connection); // also where the file is gone
    }

    /// <summary>The file of an index.</summary>
    /// <param name="path">It itself, or the folder that it lies in.</param>
    internal static string FileOf(string path) => Directory.Exists(path) ? Path.Combine(path, FileName) : path;

    /// <summary>Answers a question whose vector is known.</summary>
    /// <param name="question">Its words.</param>
    /// <param name="vector">(d); null where words alone rank.</param>
    /// <param name="options">With a mode.</param>
    /// <param name="filter">Which passages are ranked; null for all.</param>
    internal IReadOnlyList<SearchHit> Search(string question, float[]? vector, SearchOptions options, Func<IndexedPassage, bool>? filter = null)
    {
        using SqliteConnection connection = IndexDatabase.OpenToRead(_path, pooling: true);
        using SqliteTransaction oneMoment = connection.BeginTransaction(deferred: true);
        (string? query, IReadOnlyList<(long Passage, SearchHit Hit)> ranked) =
            Rank(connection, question, vector, options, filter is null ? null : Matching(connection, filter).Contains);
        return [.. ranked.Take(options.Top).Select(hit => Describe(connection, query, hit.Passage, hit.Hit))];
    }

    /// <summary>The same, without looking the passages up: all candidates by their numbers, from 1 in the order in which they were added, each with its score.</summary>
    /// <inheritdoc cref="Search(string, float[], SearchOptions, Func{IndexedPassage, bool})"/>
    internal IReadOnlyList<(long Passage, double Score)> Rank(string question, float[]? vector, SearchOptions options)
    {
        using SqliteConnection connection = IndexDatabase.OpenToRead(_path, pooling: true);
        using SqliteTransaction oneMoment = connection.BeginTransaction(deferred: true);
        return [.. Rank(connection, question, vector, options).Hits.Select(hit => (hit.Passage, hit.Hit.Score))];
    }

    private static void CheckModel(string path, IndexSettings made, SearchModel? model)
    {
        if (model is not null && model.Fingerprint != made.Fingerprint)
        {
            throw new ArgumentException(
                $"{path}: the index was made by another model ({made.Model ?? IndexSettings.UnnamedModel}, fingerprint {made.Fingerprint[..8]}; this one has {model.Fingerprint[..8]}), whose vectors mean something else; search with that model, or index again with IndexOptions.Overwrite.");
        }
    }

    /// <exception cref="InvalidOperationException">The index was opened without a model.</exception>
    private float[] Embed(string question, CancellationToken cancellationToken) => _model is null
        ? throw new InvalidOperationException($"{_path}: a search by vectors needs a model, and the index was opened without one; open it with the model that made it, or search by words alone.")
        : _model.Embed([question], cancellationToken)[0];

    private (string? Query, IReadOnlyList<(long Passage, SearchHit Hit)> Hits) Rank(
        SqliteConnection connection, string question, float[]? vector, SearchOptions options, Predicate<long>? accepts = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Top);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Candidates);
        if (vector is not null)
        {
            CheckModel(_path, IndexSettings.Read(connection), _model);
        }

        int candidates = options.Mode == SearchMode.Hybrid ? Math.Max(options.Candidates, options.Top) : options.Top;
        Task<IReadOnlyList<Neighbour>> nearest = vector is null || options.Mode == SearchMode.Keyword
            ? Task.FromResult<IReadOnlyList<Neighbour>>([])
            : NearestAsync(_vectors.Read(connection), vector, candidates, accepts); // beside the words, on another core
        string? query = KeywordQuery.Of(question, _frequencies.At(connection));
        IReadOnlyList<Neighbour> byWords = query is null || options.Mode == SearchMode.Vector ? [] : ByWords(connection, query, candidates, accepts);
        return (query, ScoreFusion.Fuse(options.Mode, byWords, nearest.GetAwaiter().GetResult()));
    }

    private static List<Neighbour> ByWords(SqliteConnection connection, string query, int top, Predicate<long>? accepts)
    {
        var found = new List<Neighbour>();
        using SqliteCommand command = connection.Command(
            "SELECT rowid, -rank FROM passages_words WHERE passages_words MATCH $query ORDER BY rank LIMIT $top",
            ("$query", query), ("$top", accepts is null ? top : -1));
        using SqliteDataReader row = command.ExecuteReader();
        while (found.Count < top && row.Read())
        {
            if (accepts is null || accepts(row.GetInt64(0)))
            {
                found.Add(new Neighbour(row.GetInt64(0), row.GetFloat(1)));
            }
        }

        return found;
    }

    private static SearchHit Describe(SqliteConnection connection, string? query, long passage, SearchHit hit)
    {
        using SqliteCommand command = connection.Command($"{PassageColumns} WHERE p.id = $id", ("$id", passage));
        using SqliteDataReader row = command.ExecuteReader();
        row.Read();
        IndexedPassage found = ReadPassage(row);
        IReadOnlyList<Range> highlights = query is null ? [] : FindWords(connection, query, passage, found.Text);
        return hit with { Passage = found, Highlights = highlights, Snippet = Highlights.Snippet(found.Text, highlights) };
    }

    /// <summary>The numbers of the passages that a filter lets through; every passage is read.</summary>
    private static HashSet<long> Matching(SqliteConnection connection, Func<IndexedPassage, bool> filter)
    {
        var matching = new HashSet<long>();
        using SqliteCommand command = connection.Command(PassageColumns);
        using SqliteDataReader row = command.ExecuteReader();
        while (row.Read())
        {
            if (filter(ReadPassage(row)))
            {
                matching.Add(row.GetInt64(7));
            }
        }

        return matching;
    }

    private static IndexedPassage ReadPassage(SqliteDataReader row) => new(row.GetString(0), row.GetInt64(1), row.GetInt32(2), row.GetInt32(3), row.GetString(4))
    {
        Title = row.TextOrNull(5),
        Page = row.IsDBNull(6) ? null : row.GetInt32(6),
    };

    private static IReadOnlyList<Range> FindWords(SqliteConnection connection, string query, long passage, string text)
    {
        using SqliteCommand command = connection.Command(
            "SELECT highlight(passages_words, 1, $open, $close) FROM passages_words WHERE passages_words MATCH $query AND rowid = $id",
            ("$open", Highlights.Open.ToString()), ("$close", Highlights.Close.ToString()), ("$query", query), ("$id", passage));
        return command.ExecuteScalar() is string marked ? Highlights.Find(text, marked) : [];
    }

    private static Task<IReadOnlyList<Neighbour>> NearestAsync(IReadOnlyCollection<VectorTable.Rows> documents, float[] vector, int top, Predicate<long>? accepts) => Task.Run(() =>
    {
        var nearest = new NearestNeighbours(vector, top, accepts);
        foreach (VectorTable.Rows rows in documents)
        {
            nearest.Add(rows.Numbers.Span, rows.FirstPassage);
        }

        return nearest.Neighbours;
    });

    private int Count(string sql)
    {
        using SqliteConnection connection = IndexDatabase.OpenToRead(_path);
        return (int)connection.Number(sql);
    }
}
