namespace BiGS.Support;

/// <summary>How Hugging Face's BERT names our weights.</summary>
internal static class BertNames
{
    public static string Of(string ours)
    {
        (string Ours, string Theirs)[] parts =
        [
            (".attention.output.", ".attention.output.dense."), (".attention.", ".attention.self."), (".output_LayerNorm.", ".output.LayerNorm."),
            (".intermediate.", ".intermediate.dense."), (".output.", ".output.dense."), (".LayerNorm.", ".attention.output.LayerNorm."),
        ];
        string name = ours.StartsWith("bigs.", StringComparison.Ordinal) ? "bert." + ours["bigs.".Length..] : ours;
        if (name.Contains(".layer.", StringComparison.Ordinal))
        {
            (string from, string to) = parts.First(part => name.Contains(part.Ours, StringComparison.Ordinal));
            name = name.Replace(from, to, StringComparison.Ordinal);
        }

        return name;
    }
}
