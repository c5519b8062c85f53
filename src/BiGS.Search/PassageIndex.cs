using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using BiGS.Weights;

namespace BiGS.Search;

/// <summary>A passage and where it stands.</summary>
/// <param name="File">As it leads there from the folder that was indexed.</param>
/// <param name="Line">The line that it begins in (in a .jsonl file, that of its document), from 1.</param>
/// <param name="Start">Characters of Unicode before it: in the file, or in the text of its .jsonl line. Every line end counts as one.</param>
/// <param name="End">The same at its end.</param>
/// <param name="Text">What stands there.</param>
public sealed record IndexedPassage(string File, long Line, int Start, int End, string Text);

/// <summary>A passage that was found.</summary>
/// <param name="Passage">Where and what it is.</param>
/// <param name="Score">Cosine with the question: 1 at most.</param>
public sealed record PassageMatch(IndexedPassage Passage, double Score);

/// <summary>The passages of a folder of documents with their vectors, as <see cref="DocumentIndexer"/> left them. Several threads may search.</summary>
public sealed class PassageIndex : IDisposable
{
    /// <summary>Where an index lies in the folder of its documents, unless it is put elsewhere: hidden, so that it is no document itself.</summary>
    public const string FolderName = ".bigs-index";

    /// <summary>A passage is an object on a line, readable by people.</summary>
    internal static readonly JsonSerializerOptions LineFormat = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private const int RowsAtOnce = 1 << 16;

    private readonly IndexManifest _manifest;
    private readonly string _place;
    private readonly MappedFile _vectors;

    private PassageIndex(IndexManifest manifest, string place, MappedFile vectors) => (_manifest, _place, _vectors) = (manifest, place, vectors);

    /// <summary>Where the model was that made it; null for the one that ships with BiGS.</summary>
    public string? Model => _manifest.Model;

    /// <summary>How many there are.</summary>
    public int Passages => _manifest.Passages;

    /// <summary>Files that they stand in.</summary>
    public int Files => _manifest.Files.Count;

    /// <summary>Opens the index of a folder of documents, or one that was put elsewhere.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static PassageIndex Open(string folder)
    {
        string place = File.Exists(Path.Combine(folder, IndexManifest.FileName)) ? folder : Path.Combine(folder, FolderName);
        IndexManifest manifest = IndexManifest.Find(place)
            ?? throw new FileNotFoundException($"{folder}: there is no index here; make one with DocumentIndexer.Update");
        var vectors = new MappedFile(Path.Combine(place, manifest.VectorsName));
        long expected = (long)manifest.Passages * manifest.Dimensions * sizeof(float);
        if (vectors.Length != expected)
        {
            vectors.Dispose();
            throw new InvalidDataException(
                $"{Path.Combine(place, manifest.VectorsName)}: has {vectors.Length} bytes where {expected} are expected; index the documents again, with IndexOptions.Overwrite.");
        }

        return new PassageIndex(manifest, place, vectors);
    }

    /// <summary>The passages whose vectors are nearest a question's, by cosine; all are compared.</summary>
    /// <param name="model">The one that made the index.</param>
    /// <param name="question">A sentence or so.</param>
    /// <param name="top">How many.</param>
    /// <param name="cancellationToken">Stops before the question is read.</param>
    /// <returns>The nearest first.</returns>
    /// <exception cref="ArgumentException">Another model made the index.</exception>
    public IReadOnlyList<PassageMatch> Search(SearchModel model, string question, int top = 10, CancellationToken cancellationToken = default)
    {
        if (model.Fingerprint != _manifest.Fingerprint)
        {
            throw new ArgumentException(
                $"{_place}: the index was made by another model ({Model ?? "the one that ships with BiGS"}, fingerprint {_manifest.Fingerprint[..8]}; this one has {model.Fingerprint[..8]}), whose vectors mean something else; search with that model, or index again with IndexOptions.Overwrite.");
        }

        var nearest = new NearestNeighbours(model.Embed([question], cancellationToken)[0], top);
        for (int row = 0; row < Passages; row += RowsAtOnce)
        {
            nearest.Add(Rows(row, Math.Min(RowsAtOnce, Passages - row)), row);
        }

        IReadOnlyList<Neighbour> found = nearest.Neighbours;
        Dictionary<long, IndexedPassage> passages = Read([.. found.Select(neighbour => neighbour.Row)]);
        return [.. found.Select(neighbour => new PassageMatch(passages[neighbour.Row], neighbour.Score))];
    }

    public void Dispose() => _vectors.Dispose();

    /// <summary>(count, d): the vectors of consecutive rows.</summary>
    internal ReadOnlySpan<float> Rows(int first, int count)
    {
        int bytes = _manifest.Dimensions * sizeof(float);
        return MemoryMarshal.Cast<byte, float>(_vectors.Span((long)first * bytes, count * bytes));
    }

    private Dictionary<long, IndexedPassage> Read(HashSet<long> rows)
    {
        var passages = new Dictionary<long, IndexedPassage>();
        string path = Path.Combine(_place, _manifest.PassagesName);
        foreach ((int row, string line) in File.ReadLines(path).Index())
        {
            if (rows.Contains(row))
            {
                passages[row] = JsonSerializer.Deserialize<IndexedPassage>(line, LineFormat)!;
                if (passages.Count == rows.Count)
                {
                    return passages;
                }
            }
        }

        return passages.Count == rows.Count
            ? passages
            : throw new InvalidDataException($"{path}: ends before the {Passages} passages that were written; index the documents again, with IndexOptions.Overwrite.");
    }
}
