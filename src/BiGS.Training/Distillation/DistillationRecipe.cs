using BiGS.Configuration;

namespace BiGS.Training.Distillation;

/// <summary>What a distillation learns with where nothing else is said; measured in docs/results/embeddings.md.</summary>
public static class DistillationRecipe
{
    private const int Width = 384;
    private const int Layers = 3;

    /// <summary>
    /// A student of three layers, as wide as the usual small teacher, without positions, so that it reads texts of any length. Its word vectors are good
    /// before its layers start, and learn at a fifth of their rate.
    /// </summary>
    public static DistillationOptions For(string teacher) => new()
    {
        Teacher = teacher,
        Model = Presets.Get("mini") with
        {
            HiddenSize = Width,
            IntermediateSize = 3 * Width,
            NumHiddenLayers = Layers,
            NumAttentionHeads = 6,
            HiddenDropoutProb = 0,
            PositionEmbeddingType = PositionEmbedding.None,
            InitializerRange = Presets.InitializerRangeFor(Width),
        },
        Training = new TrainingOptions
        {
            Steps = 5_000,
            LearningRate = 1e-3,
            EmbeddingLearningRateFactor = 0.2,
            Schedule = ScheduleShape.Linear,
            WarmupSteps = 150,
            WeightDecay = 0.01,
            ClipNorm = 1,
            LogEvery = 25,
            EvalEvery = 500,
            SaveEvery = 250,
        },
    };
}
