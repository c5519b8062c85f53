using BiGS.Support;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Training.Tests.Golden;

/// <summary>Twenty steps of the authors' recipe: loss, learning rate and gradient norm of each, and the weights after the last.</summary>
[Trait("Category", "Golden")]
public class TrainingGoldenTests
{
    [Fact]
    public void TwentyStepsEndWhereTheAuthorsEnd()
    {
        using var scope = NewDisposeScope();
        using var expected = new SafetensorsFile(GoldenFiles.Path("training", "expected.safetensors"));
        HeadedModel model = CheckpointFolder.Open(GoldenFiles.Path("training"),
            new TorchOptions { Device = TestDevice.Device, Configure = config => config with { HiddenDropoutProb = 0 } }).Model;
        model.train();
        var schedule = new Schedule(ScheduleShape.Cosine, WarmupSteps: 4, TotalSteps: 20);
        using var optimizer = new FusedAdamW(
            ParameterGroup.Create(model, weightDecay: 0.05, ssmWeightDecay: 0.05, ssmLearningRateFactor: 1), 0.9, 0.98, 1e-6);
        var parameters = model.parameters().ToList();

        for (int step = 0; step < 20; step++)
        {
            using var stepScope = NewDisposeScope();
            Tensor Input(string name) => expected.Read($"step{step}.{name}").to(TestDevice.Device);
            foreach (var parameter in parameters)
            {
                parameter.grad = null;
            }

            var output = model.Forward(
                new ModelInput(Input("input_ids"), Input("attention_mask"), Input("token_type_ids")), new ModelLabels(Input("labels")));
            output.Loss!.backward();
            double norm = GradientNorm.Clip([.. parameters.Where(p => p.grad is not null).Select(p => p.grad!)], 1.0);
            double learningRate = 0.002 * schedule.At(step);
            optimizer.Step(learningRate);

            Distance.Within(Distance.Outputs, output.Loss, expected.Read("loss")[step], $"loss of step {step}");
            Distance.Within(Distance.Gradients, tensor(norm), expected.Read("grad_norm")[step], $"gradient norm of step {step}");
            Assert.Equal(expected.Read("lr")[step].item<double>(), learningRate, 12);
        }

        foreach ((string name, var parameter) in model.named_parameters())
        {
            Distance.Within(Distance.Trained, parameter, expected.Read("final." + name), name);
        }
    }
}
