namespace BiGS.Tokenizers;

/// <summary>A token that stays whole wherever it is written in a text, and how it is found there: Hugging Face's <c>AddedToken</c>.</summary>
/// <param name="Content">How it is written.</param>
public sealed record AddedToken(string Content)
{
    /// <summary>Whether decoding leaves it out, as it leaves out [CLS] and [SEP].</summary>
    public bool Special { get; init; } = true;

    /// <summary>Whether it is found only where no letter, digit or underscore touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether the white space before it belongs to it.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>Whether the white space behind it belongs to it.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Whether it is looked for in the normalised text, itself normalised, and not in the text as it is written.</summary>
    public bool Normalized { get; init; }
}
