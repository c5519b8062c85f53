namespace BiGS.Server;

/// <summary>What /openapi.json says of properties that several requests have.</summary>
internal static class Descriptions
{
    public const string Model = "Which of the loaded models answers, by its name in /v1/models; without it, the first that can.";
    public const string Truncate = "Whether texts that are too long are cut rather than refused; without it, as auto_truncate in /info says.";
    public const string TruncationDirection = "Which end of a text that is too long is cut off; the right one by default.";
    public const string PromptName = "Which of the model's prompts stands before every text; without it, the model's default one, if it has one.";
    public const string Dimensions = "Numbers of a vector: as many as the model's vectors have, since they mean nothing when cut.";
    public const string ReturnText = "Whether the answer repeats the text, and each candidate has the text with its word; false by default.";
}
