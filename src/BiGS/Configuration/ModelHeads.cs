namespace BiGS.Configuration;

/// <summary>The heads by the names that <c>architectures</c> of config.json gives them. What a head answers is in <see cref="ModelOutputs"/>.</summary>
public static class ModelHeads
{
    /// <summary>No head: an encoder, whose answer is its hidden states.</summary>
    public const string Encoder = "BiGSModel";

    /// <summary>Fills masked words: a score for every word of the vocabulary at every position.</summary>
    public const string MaskedLM = "BiGSForMaskedLM";

    /// <summary>Classes of a text, or one value.</summary>
    public const string SequenceClassification = "BiGSForSequenceClassification";

    /// <summary>Classes of each token, such as names of persons and places.</summary>
    public const string TokenClassification = "BiGSForTokenClassification";

    /// <summary>Where in a text the answer to a question begins and ends.</summary>
    public const string QuestionAnswering = "BiGSForQuestionAnswering";

    /// <summary>Which of several texts fits.</summary>
    public const string MultipleChoice = "BiGSForMultipleChoice";

    /// <summary>A vector for a text.</summary>
    public const string Embedding = "BiGSForEmbedding";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Encoder, MaskedLM, SequenceClassification, TokenClassification, QuestionAnswering, MultipleChoice, Embedding];
}

/// <summary>What models answer, by the names that ONNX files use; b rows of l positions, hidden size d.</summary>
public static class ModelOutputs
{
    /// <summary>The encoder's answer: (b, l, d).</summary>
    public const string LastHiddenState = "last_hidden_state";

    /// <summary>What a head on the whole text reads: (b, d).</summary>
    public const string PoolerOutput = "pooler_output";

    /// <summary>A head's scores: (b, l, v) of masked words, (b, classes) of texts, (b, l, classes) of tokens, (b, choices).</summary>
    public const string Logits = "logits";

    /// <summary>Scores of where an answer begins: (b, l).</summary>
    public const string StartLogits = "start_logits";

    /// <summary>Scores of where an answer ends: (b, l).</summary>
    public const string EndLogits = "end_logits";

    /// <summary>The vector of a text: (b, d).</summary>
    public const string SentenceEmbedding = "sentence_embedding";
}
