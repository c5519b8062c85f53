using TorchSharp.Modules;

namespace BiGS.Torch.Models;

/// <summary>
/// A model's parameters in the order in which a backward pass makes their gradients whole: the last layer with all that comes after it, then layer by
/// layer to the first, then the embeddings, whose word table is used at both ends.
/// </summary>
internal static class BackwardStages
{
    private const string LayerPrefix = "bigs.encoder.layer.";
    private const string EmbeddingsPrefix = "bigs.embeddings"; // and bigs.embeddings_project

    /// <returns>Layers + 1 stages; that of layer n is the one at <see cref="StageOfLayer"/>.</returns>
    public static IReadOnlyList<IReadOnlyList<(string Name, Parameter Parameter)>> Create(HeadedModel model)
    {
        int layers = model.Config.NumHiddenLayers;
        ILookup<int, (string Name, Parameter Parameter)> byStage = model.named_parameters()
            .Select(p => (Name: p.name, Parameter: p.parameter))
            .ToLookup(p => StageOf(p.Name, layers));
        return [.. Enumerable.Range(0, layers + 1).Select(stage => byStage[stage].ToArray())];
    }

    /// <summary>The stage that is whole once the backward pass has come through a layer.</summary>
    public static int StageOfLayer(int layer, int layers) => layers - 1 - layer;

    private static int StageOf(string name, int layers) =>
        name.StartsWith(EmbeddingsPrefix, StringComparison.Ordinal) ? layers
        : name.StartsWith(LayerPrefix, StringComparison.Ordinal)
            ? StageOfLayer(int.Parse(name.AsSpan(LayerPrefix.Length, name.IndexOf('.', LayerPrefix.Length) - LayerPrefix.Length)), layers)
            : 0;
}
