using BiGS.Inference;
using BiGS.Pipelines;
using BiGS.Torch.Models;
using static TorchSharp.torch;

namespace BiGS.Training.Evaluation;

/// <summary>What a model of libtorch gives for words at hidden positions.</summary>
internal static class MaskedLmWords
{
    /// <summary>Asks a model.</summary>
    /// <param name="model">Left in the mode that it was in.</param>
    /// <param name="padId">Fills what the shorter rows of a batch leave.</param>
    public static MaskedWordScorer MaskedWords(this BiGSForMaskedLM model, int padId) =>
        new(model.Config, padId, (batch, positions, wanted) => Read(model, batch, positions, wanted));

    private static (double[] Logits, double[] Totals) Read(BiGSForMaskedLM model, Batch batch, long[] positions, long[] wanted)
    {
        bool wasTraining = model.training;
        model.eval();
        try
        {
            using var untracked = inference_mode();
            using var scope = NewDisposeScope();
            Device device = model.Bigs.Embeddings.WordTable.device;
            Tensor logits = model.LogitsAt(ModelInput.FromBatch(batch, device), ModelInput.Send(tensor(positions), device)); // (rows, v)
            return (Doubles(logits.view(-1).index_select(0, tensor(wanted, device: device))), Doubles(logits.logsumexp(1)));
        }
        finally
        {
            model.train(wasTraining);
        }
    }

    private static double[] Doubles(Tensor values) => values.to_type(ScalarType.Float64).cpu().data<double>().ToArray();
}
