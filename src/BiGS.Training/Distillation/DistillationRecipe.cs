using BiGS.Configuration;

namespace BiGS.Training.Distillation;

/// <summary>What a distillation learns with where nothing else is said; measured in docs/results/embeddings.md.</summary>
public static class DistillationRecipe
{
    private const int Width = 384;
    private const int Layers = 1;

    /// <summary>Without positions a student reads texts of any length; whatever lays out its filters once wants to know where to stop.</summary>
    private const int LongestText = 8_192;

    /// <summary>
    /// A student of one layer, as wide as the usual small teacher, without positions, so that it reads texts of any length. Its word vectors are good
    /// before its layer starts, and learn at a fifth of its rate.
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
            MaxPositionEmbeddings = LongestText,
            InitializerRange = Presets.InitializerRangeFor(Width),
        },
        Training = new TrainingOptions
        {
            Steps = 5_000,
            LearningRate = 4e-4,
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
