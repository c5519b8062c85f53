using System.Runtime.InteropServices;
using System.Text.Json;

namespace BiGS.Search;

/// <summary>Writes passages and their vectors side by side: embeds the new ones some hundreds at a time, and copies those that were embedded before.</summary>
internal sealed class PassageRows(SearchModel model, Stream vectors, Stream lines, CancellationToken cancellationToken)
{
    private const int EmbeddedAtOnce = 256;

    private readonly List<IndexedPassage> _pending = [];

    /// <summary>Rows so far, those included that wait to be embedded.</summary>
    public int Count { get; private set; }

    /// <summary>Those of them that were embedded here.</summary>
    public int Embedded { get; private set; }

    /// <summary>A passage that has no vector yet.</summary>
    public void Add(IndexedPassage passage)
    {
        _pending.Add(passage);
        Count++;
        if (_pending.Count == EmbeddedAtOnce)
        {
            Flush();
        }
    }

    /// <summary>Passages with their vectors, as an index has them.</summary>
    public void Copy(ReadOnlySpan<float> rows, ReadOnlySpan<string> passages)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Flush();
        vectors.Write(MemoryMarshal.AsBytes(rows));
        foreach (string passage in passages)
        {
            lines.Write(System.Text.Encoding.UTF8.GetBytes(passage + "\n"));
        }

        Count += passages.Length;
    }

    /// <summary>Embeds what waits.</summary>
    public void Flush()
    {
        foreach ((IndexedPassage passage, float[] vector) in _pending.Zip(model.Embed([.. _pending.Select(passage => passage.Text)], cancellationToken)))
        {
            vectors.Write(MemoryMarshal.AsBytes(vector.AsSpan()));
            JsonSerializer.Serialize(lines, passage, PassageIndex.LineFormat);
            lines.Write("\n"u8);
        }

        Embedded += _pending.Count;
        _pending.Clear();
    }
}
