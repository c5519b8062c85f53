namespace BiGS.Training.Data;

/// <summary>What random numbers are drawn for: one stream a purpose, so that no two choices share their luck.</summary>
internal static class RandomStream
{
    public const uint RowOrder = 1;
    public const uint MaskedPositions = 2;
    public const uint Replacements = 3;
    public const uint BatchOrder = 4;
    public const uint HeldOutExamples = 5;
    public const uint GrammarTasks = 6;
    public const uint Mixture = 7;
    public const uint LimitedExamples = 8;
    public const uint TextPieces = 9;
    public const uint DrawnTexts = 10;
}
