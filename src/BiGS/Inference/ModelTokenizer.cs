using BiGS.Configuration;
using BiGS.Tokenizers;

namespace BiGS.Inference;

/// <summary>Opens the tokenizer that belongs to a model.</summary>
internal static class ModelTokenizer
{
    /// <summary>Opens a tokenizer and holds it against its model.</summary>
    /// <param name="folder">The tokenizer's.</param>
    /// <param name="model">The model's configuration.</param>
    /// <exception cref="FileNotFoundException">There is no tokenizer.</exception>
    /// <exception cref="InvalidDataException">It has more tokens than the model has embeddings.</exception>
    public static BertTokenizer Open(string folder, BiGSConfig model)
    {
        BertTokenizer tokenizer = BertTokenizer.Open(folder);
        return tokenizer.VocabularySize <= model.VocabSize
            ? tokenizer
            : throw new InvalidDataException(
                $"{folder}: the tokenizer has {tokenizer.VocabularySize} tokens and the model {model.VocabSize}; both must come from the same run.");
    }
}
