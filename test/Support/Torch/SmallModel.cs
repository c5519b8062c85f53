using BiGS.Configuration;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Torch.Ssm;

namespace BiGS.Support;

/// <summary>A folder with a small model of random weights and a vocabulary of a few words, gone with the test.</summary>
internal sealed class SmallModel : IDisposable
{
    public const int Positions = 24;

    public const string Text = "the farmer near the trees sleeps .\n\nthe trees near the farmer sleep , and nobody knows why .\n";

    public SmallModel(bool maskPadding = true, string head = "BiGSForMaskedLM", int labels = 3, Routing routing = Routing.Ssm, int seed = 3)
    {
        Folder = Directory.CreateTempSubdirectory("bigs-cli-").FullName;
        BertTokenizer tokenizer = new WordPieceTrainer { Size = 120 }.Train([Text, Text]);
        tokenizer.Save(Folder);
        Config = new BiGSConfig
        {
            VocabSize = tokenizer.VocabularySize,
            HiddenSize = 16,
            NumHiddenLayers = 2,
            IntermediateSize = 32,
            StateSize = 4,
            MaxPositionEmbeddings = Positions,
            MaskPadding = maskPadding,
            InitializerRange = 0.2, // so that every part of so small a model has its say
            NumLabels = labels,
            NumAttentionHeads = 4,
            Routing = routing,
        };
        using HeadedModel model = HeadedModels.Create(head, Config, SsmRoutes.Auto);
        model.Initialize(seed);
        CheckpointFolder.Save(Folder, model);
    }

    public string Folder { get; }

    public BiGSConfig Config { get; }

    public string File(string name) => Path.Combine(Folder, name);

    public string Written(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
