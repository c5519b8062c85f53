using BiGS.Configuration;
using BiGS.Tokenizers;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Support;

/// <summary>A vocabulary in which some words are several pieces, models of its size, and the obvious way to ask them.</summary>
internal static class SmallWords
{
    public static BertTokenizer Tokenizer { get; } = new(new WordPieceVocabulary(
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", ",", "the", "author", "authors", "guard", "guards", "that", "near", "laugh", "laughs", "like", "likes",
        "is", "are", "a", "un", "##believ", "##able", "##s", "swim", "old", "book", "books", "and",
    ]));

    public static BiGSForMaskedLM Model(Architecture architecture = Architecture.Gated, Routing routing = Routing.Ssm, bool maskPadding = true) =>
        SmallModels.MaskedLm(SmallModels.Config(architecture, routing) with { VocabSize = Tokenizer.VocabularySize, MaskPadding = maskPadding, MaxPositionEmbeddings = 24 });

    /// <summary>log p(word) at a position: one row, all logits, in double; padded to the model's full length where it hears that.</summary>
    public static double LogProbability(BiGSForMaskedLM model, int[] ids, int position, int word)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        int length = model.Config.PaddingAffectsOutput() ? model.Config.MaxPositionEmbeddings : ids.Length;
        long[] row = [.. ids.Select(id => (long)id), .. new long[length - ids.Length]];
        Tensor mask = SmallModels.Mask(length, ids.Length);
        Tensor logits = model.Forward(new ModelInput(tensor(row, [1, length]), mask)).Results["logits"];
        return logits[0, position].to_type(ScalarType.Float64).log_softmax(0)[word].item<double>();
    }

    /// <summary>The ids of words and pieces as the vocabulary spells them, between [CLS] and [SEP].</summary>
    public static int[] Row(string pieces) => [.. $"[CLS] {pieces} [SEP]".Split(' ').Select(Tokenizer.Vocabulary.Id)];
}
