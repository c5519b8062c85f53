using BiGS.Configuration;
using BiGS.Training.Data;

namespace BiGS.Training.Tests.Training;

public class PretrainingRecipeTests
{
    /// <summary>paper.md §4, for every size.</summary>
    [Fact]
    public void ThePapersRecipeIsThePapers() => Assert.All(Presets.Names, preset =>
    {
        PretrainingOptions paper = PretrainingRecipe.OfPaper(preset);
        PretrainingOptions own = PretrainingRecipe.ForPreset(preset);
        Assert.Equal(new MlmMaskingOptions(), paper.Masking);
        Assert.Equal(0.1, paper.Model.HiddenDropoutProb);
        Assert.Equal(
            (Optimizer.AdamW, 6e-4, ScheduleShape.Cosine, 0.9, 0.98, 1e-6, 0.05, null),
            (paper.Training.Optimizer, paper.Training.LearningRate, paper.Training.Schedule, paper.Training.Beta1, paper.Training.Beta2, paper.Training.Epsilon,
                paper.Training.WeightDecay, paper.Training.ClipNorm));
        Assert.Equal((own.MaxLength, own.BatchSize, own.VocabSize, own.Training.Steps), (paper.MaxLength, paper.BatchSize, paper.VocabSize, paper.Training.Steps));
    });
}
