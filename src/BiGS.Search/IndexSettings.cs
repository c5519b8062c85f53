using Microsoft.Data.Sqlite;

namespace BiGS.Search;

/// <summary>What the passages and vectors of an index were made with; they can only be added to in the same way.</summary>
/// <param name="Model">Where the model was; null for the embedding model that ships with BiGS.</param>
/// <param name="Fingerprint">Of the model.</param>
/// <param name="Dimensions">Numbers of a vector.</param>
/// <param name="PassageTokens">The most tokens of a passage.</param>
/// <param name="Overlap">The most tokens that neighbours share.</param>
/// <param name="TextField">Of JSON objects and tables; null where none was named.</param>
/// <param name="PromptName">Of the prompt before every passage; null for the model's default.</param>
/// <param name="Stemming">Whether English words are found in all their forms.</param>
internal sealed record IndexSettings(
    string? Model, string Fingerprint, int Dimensions, int PassageTokens, int Overlap, string? TextField, string? PromptName, bool Stemming)
{
    /// <summary>What the model of an index is called that has no path.</summary>
    public const string UnnamedModel = "the embedding model that ships with BiGS";

    /// <summary>The settings of an index.</summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    public static IndexSettings Read(SqliteConnection connection)
    {
        using SqliteCommand command = connection.Command(
            "SELECT model, fingerprint, dimensions, passage_tokens, overlap, text_field, prompt, stemming FROM settings");
        using SqliteDataReader row = command.ExecuteReader();
        return row.Read()
            ? new IndexSettings(
                row.TextOrNull(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), row.TextOrNull(5), row.TextOrNull(6), row.GetBoolean(7))
            : throw new InvalidDataException($"{connection.DataSource}: the index has no settings; index the documents again, with IndexOptions.Overwrite.");
    }

    /// <summary>Writes the settings of an index that has none and no documents.</summary>
    public void Write(SqliteConnection connection) => connection.Execute(
        """
        INSERT INTO settings (id, model, fingerprint, dimensions, passage_tokens, overlap, text_field, prompt, stemming, documents, passages, made, generation)
        VALUES (1, $model, $fingerprint, $dimensions, $tokens, $overlap, $field, $prompt, $stemming, 0, 0, $made, 0)
        """,
        ("$model", Model), ("$fingerprint", Fingerprint), ("$dimensions", Dimensions), ("$tokens", PassageTokens), ("$overlap", Overlap),
        ("$field", TextField), ("$prompt", PromptName), ("$stemming", Stemming), ("$made", Random.Shared.NextInt64()));

    /// <summary>What makes the contents of two indexes different though the files are the same; null where nothing does.</summary>
    public string? DifferenceFrom(IndexSettings other) =>
        Fingerprint != other.Fingerprint ? $"made by another model ({other.Model ?? UnnamedModel}, fingerprint {other.Fingerprint[..8]}; now {Fingerprint[..8]})"
        : (PassageTokens, Overlap) != (other.PassageTokens, other.Overlap) ? $"of passages of {other.PassageTokens} tokens with {other.Overlap} shared (now {PassageTokens} with {Overlap})"
        : TextField != other.TextField ? $"made of {(other.TextField is null ? "the usual field" : $"the field \"{other.TextField}\"")} (now {(TextField is null ? "the usual one" : $"\"{TextField}\"")})"
        : PromptName != other.PromptName ? $"made with {(other.PromptName is null ? "the model's default prompt" : $"the prompt \"{other.PromptName}\"")} (now {PromptName ?? "the default"})"
        : Stemming != other.Stemming ? $"made {(other.Stemming ? "with" : "without")} stemming (now {(Stemming ? "with" : "without")})"
        : null;
}
