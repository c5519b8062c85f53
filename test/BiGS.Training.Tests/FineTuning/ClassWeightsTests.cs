using BiGS.Support;
using BiGS.Torch.Models;
using BiGS.Training.FineTuning;
using static TorchSharp.torch;

namespace BiGS.Training.Tests.FineTuning;

[Collection(TorchGlobals.Name)]
public class ClassWeightsTests
{
    private static readonly double[] Weights = [0.5, 2, 1.25];
    private static readonly long[] Truth = [0, 1, 1, 2, 0];

    /// <summary>Loss and gradient against the definition in plain C#: Σ w_y (log Σ e^z − z_y) / Σ w_y, and w_y (softmax − one-hot) / Σ w_y.</summary>
    [Fact]
    public void TheLossCountsEachClassByItsWeight()
    {
        using var scope = NewDisposeScope();
        var model = (BiGSForSequenceClassification)SmallModels.Build(SmallModels.Config() with { NumLabels = 3 }, head: "BiGSForSequenceClassification");
        model.eval();
        model.ClassWeights = [.. Weights.Select(weight => (float)weight)];
        Tensor states = randn([Truth.Length, 6, model.Config.HiddenSize], generator: new Generator(5));
        ModelOutput output = model.Head(states, null, new ModelLabels(tensor(Truth)));
        output.Loss!.backward();

        float[] logits = output.Results["logits"].data<float>().ToArray();
        double[] gradient = new double[3];
        double loss = 0;
        double all = Truth.Sum(label => Weights[label]);
        for (int i = 0; i < Truth.Length; i++)
        {
            double[] powers = [.. Enumerable.Range(0, 3).Select(c => Math.Exp(logits[(3 * i) + c]))];
            double weight = Weights[Truth[i]] / all;
            loss += weight * (Math.Log(powers.Sum()) - logits[(3 * i) + (int)Truth[i]]);
            for (int c = 0; c < 3; c++)
            {
                gradient[c] += weight * ((powers[c] / powers.Sum()) - (c == Truth[i] ? 1 : 0));
            }
        }

        Assert.Equal(loss, output.Loss!.item<float>(), 1e-5);
        float[] ofBias = model.get_parameter("classifier.bias")!.grad!.data<float>().ToArray(); // its gradient is that of the logits, summed
        Assert.All(Enumerable.Range(0, 3), c => Assert.Equal(gradient[c], ofBias[c], 1e-5));
    }

    [Fact]
    public void EqualWeightsChangeNothing()
    {
        using var scope = NewDisposeScope();
        var model = (BiGSForSequenceClassification)SmallModels.Build(SmallModels.Config() with { NumLabels = 3 }, head: "BiGSForSequenceClassification");
        model.eval();
        Tensor states = randn([Truth.Length, 6, model.Config.HiddenSize], generator: new Generator(5));
        float Loss() => model.Head(states, null, new ModelLabels(tensor(Truth))).Loss!.item<float>();
        float plain = Loss();
        model.ClassWeights = [2, 2, 2];
        Assert.Equal(plain, Loss(), 1e-6f);
    }

    [Fact]
    public void OtherKindsHaveNoClassesToWeigh()
    {
        using var scope = NewDisposeScope();
        HeadedModel model = SmallModels.Build(SmallModels.Config() with { NumLabels = 1 }, head: "BiGSForSequenceClassification");
        TaskKind kind = TaskTable.All.Single(row => row.Name == "stsb").Kind;
        Assert.Contains("class weights", Assert.Throws<ArgumentException>(() =>
            kind.Prepare(model, new FineTuningOptions { ClassWeights = ClassWeighting.Balanced }, null!)).Message, StringComparison.Ordinal);
    }
}
