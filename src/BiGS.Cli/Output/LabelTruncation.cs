namespace BiGS.Cli.Output;

/// <summary>Labels that are too long to be shown keep both ends, since labels that begin alike often end differently.</summary>
internal static class LabelTruncation
{
    /// <param name="label">Of any length.</param>
    /// <param name="width">The most letters.</param>
    public static string Of(string label, int width) =>
        label.Length <= width ? label : $"{label[..((width - 1) / 2)]}…{label[^(width / 2)..]}";
}
