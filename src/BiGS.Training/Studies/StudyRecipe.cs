namespace BiGS.Training.Studies;

/// <summary>What the models of a study train with where nothing else is said.</summary>
internal static class StudyRecipe
{
    /// <summary>
    /// The preset's own recipe; of <c>tiny</c> a shorter one of AdamW with smaller batches, so that five models with two seeds each are done in half an hour
    /// (docs/results/studies.md).
    /// </summary>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public static PretrainingOptions ForPreset(string preset)
    {
        PretrainingOptions recipe = PretrainingRecipe.ForPreset(preset);
        return preset == "tiny"
            ? recipe with
            {
                BatchSize = 16,
                Masking = PretrainingRecipe.TwiceTheMasks,
                Training = recipe.Training with
                {
                    Optimizer = Optimizer.AdamW,
                    Schedule = ScheduleShape.Cosine,
                    Steps = 1_200,
                    WarmupSteps = 120,
                    LearningRate = 2e-3,
                },
            }
            : recipe;
    }
}
