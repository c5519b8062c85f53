namespace BiGS.Tokenizers;

/// <summary>How far learning a vocabulary has come.</summary>
/// <param name="Phase">"counting words", then "merging pieces".</param>
/// <param name="Fraction">The share of the phase that is done, 0 to 1; <see langword="null"/> while the number of documents is not
/// known.</param>
public readonly record struct WordPieceProgress(string Phase, double? Fraction);
