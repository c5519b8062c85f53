using System.Text;

namespace BiGS.Training.Corpora;

/// <summary>How a table is read where its file does not say.</summary>
public sealed record TableOptions
{
    /// <summary>What stands between the cells of .csv, .tsv, .tab and .txt files; null to recognise it.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Whether cells may stand in quotes (RFC 4180), or quotes are part of the text; null to recognise it.</summary>
    public bool? Quoted { get; init; }

    /// <summary>The encoding of files without a byte-order mark; null for UTF-8.</summary>
    public Encoding? Encoding { get; init; }

    /// <summary>Receives how a table was understood where nothing is amiss: a known layout. The same may be said at each reading.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>
    /// Receives what a reader should know though the table can be read: rows that were left out, a delimiter other than the extension's. Where nobody
    /// listens, no row is left out: a table that has such rows is refused.
    /// </summary>
    public Action<string>? Warn { get; init; }
}
