using BiGS.Configuration;
using BiGS.Training.Data;

namespace BiGS.Training;

/// <summary>
/// What a preset trains with where nothing else is said: the authors' recipe (paper.md §4) for their size,
/// scaled down in batch and length, and up in learning rate, for the small ones (docs/results/studies.md).
/// </summary>
public static class PretrainingRecipe
{
    /// <summary>
    /// Small models on little text learn more from a row with twice the questions (Wettig et al. 2023 find the same for large ones);
    /// held-out text is always scored at the paper's 15 %.
    /// </summary>
    internal static MlmMaskingOptions TwiceTheMasks => new() { Rate = 0.3, MostPer128 = 40 };

    /// <summary>Still more questions while there is everything to learn, and in the end the text as it is scored (docs/results/studies.md).</summary>
    private static MlmMaskingOptions FallingMasks => new() { Rate = 0.45, FinalRate = 0.15, MostPer128 = null };

    /// <summary>
    /// The authors' recipe (paper.md §4) for the batches, rows and steps of a preset: AdamW, 15 % masked, dropout on the embeddings, a cosine to a tenth of
    /// 6·10⁻⁴ after a fiftieth of the steps.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public static PretrainingOptions OfPaper(string preset)
    {
        PretrainingOptions own = ForPreset(preset);
        return own with
        {
            Model = Presets.Get(preset),
            Masking = new MlmMaskingOptions(),
            Training = new TrainingOptions
            {
                Steps = own.Training.Steps,
                WarmupSteps = own.Training.Steps / 50,
                LogEvery = own.Training.LogEvery,
                EvalEvery = own.Training.EvalEvery,
                SaveEvery = own.Training.SaveEvery,
            },
        };
    }

    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public static PretrainingOptions ForPreset(string preset)
    {
        BiGSConfig model = Presets.Get(preset);
        PretrainingOptions small = new() { Model = model with { HiddenDropoutProb = 0 }, Masking = TwiceTheMasks };
        return preset switch
        {
            "tiny" => small with
            {
                MaxLength = 64,
                BatchSize = 32,
                Masking = FallingMasks,
                Training = new TrainingOptions
                {
                    Steps = 2_600,
                    Optimizer = Optimizer.Muon,
                    LearningRate = 4e-3,
                    Schedule = ScheduleShape.Linear,
                    WarmupSteps = 150,
                    ClipNorm = 1,
                    LogEvery = 50,
                    EvalEvery = 1_300,
                    SaveEvery = 400,
                },
            },
            "mini" => small with
            {
                VocabSize = 25_600,
                BatchSize = 8,
                Training = new TrainingOptions
                {
                    Steps = 4_000,
                    LearningRate = 1.5e-3,
                    WarmupSteps = 400,
                    ClipNorm = 1,
                    LogEvery = 100,
                    EvalEvery = 2_000,
                    SaveEvery = 400,
                },
            },
            "small" => small with
            {
                BatchSize = 32,
                Training = new TrainingOptions
                {
                    Steps = 20_000,
                    LearningRate = 2e-3,
                    WarmupSteps = 1_000,
                    ClipNorm = 1,
                    LogEvery = 50,
                    EvalEvery = 1_000,
                    SaveEvery = 500,
                },
            },
            "medium" => small with
            {
                VocabSize = 25_600,
                BatchSize = 512,
                Training = new TrainingOptions
                {
                    Steps = 4_600,
                    LearningRate = 2e-3,
                    WarmupSteps = 287,
                    ClipNorm = 1,
                    LogEvery = 50,
                    EvalEvery = 2_300,
                    SaveEvery = 500,
                },
            },
            "base" => new PretrainingOptions { Model = model, BatchSize = 256, Training = new TrainingOptions { LearningRate = 1e-3 } },
            _ => new PretrainingOptions { Model = model, BatchSize = 760 },
        };
    }
}
