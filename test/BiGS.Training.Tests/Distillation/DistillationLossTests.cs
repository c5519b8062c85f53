using BiGS.Support;
using BiGS.Training.Distillation;
using static TorchSharp.torch;

namespace BiGS.Training.Tests.Distillation;

public class DistillationLossTests
{
    /// <summary>4 Σ (1 − cos) + Σ KL, each likeness and share written out in double precision; gradients by central differences.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(7)]
    public void TheLossAndItsGradientAreAsTheFormulaSays(int texts)
    {
        using var scope = NewDisposeScope();
        var weights = new DistillationLossWeights(Distance: 4, Likeness: 1.5, Temperature: 0.2);
        double[][] student = Unit(texts, seed: 1);
        double[][] teacher = Unit(texts, seed: 2);
        using var loss = new DistillationLoss(weights, CPU);
        Tensor said = Rows(student).requires_grad_();
        TrainingLoss computed = loss.Compute(said, Rows(teacher));
        computed.Minimized.backward();

        Assert.Equal(Slow(student, teacher, weights), computed.Minimized.to_type(ScalarType.Float64).item<double>(), 5e-5);
        Assert.Equal(Distance(student, teacher), computed.Reported.to_type(ScalarType.Float64).item<double>(), 1e-5);
        const double Step = 1e-5;
        for (int i = 0; i < texts; i++)
        {
            for (int k = 0; k < student[0].Length; k++)
            {
                double at = student[i][k];
                student[i][k] = at + Step;
                double above = Slow(student, teacher, weights);
                student[i][k] = at - Step;
                double below = Slow(student, teacher, weights);
                student[i][k] = at;
                Assert.Equal((above - below) / (2 * Step), said.grad![i, k].to_type(ScalarType.Float64).item<double>(), 1e-3);
            }
        }
    }

    [Fact]
    public void AStudentThatSaysWhatTheTeacherSaysHasNoLoss()
    {
        using var scope = NewDisposeScope();
        using var loss = new DistillationLoss(new DistillationLossWeights(), CPU);
        Tensor vectors = Rows(Unit(5, seed: 3));
        Assert.Equal(0, loss.Compute(vectors, vectors).Minimized.to_type(ScalarType.Float64).item<double>(), 1e-5);
    }

    private static double Slow(double[][] student, double[][] teacher, DistillationLossWeights weights)
    {
        double divergence = 0;
        for (int i = 0; i < student.Length; i++)
        {
            double[] p = Shares(teacher, i, weights.Temperature);
            double[] q = Shares(student, i, weights.Temperature);
            divergence += p.Zip(q, (a, b) => a > 0 ? a * Math.Log(a / b) : 0).Sum();
        }

        return (weights.Distance * Distance(student, teacher)) + (weights.Likeness * divergence);
    }

    private static double Distance(double[][] student, double[][] teacher) => student.Zip(teacher, (s, t) => 1 - Dot(s, t)).Sum();

    private static double[] Shares(double[][] vectors, int i, double temperature)
    {
        double[] weights = [.. vectors.Select((other, j) => j == i ? 0 : Math.Exp(Dot(vectors[i], other) / temperature))];
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static double[][] Unit(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double[] x = [.. Enumerable.Range(0, 6).Select(_ => random.NextDouble() - 0.5)];
            double length = Math.Sqrt(Dot(x, x));
            return x.Select(v => v / length).ToArray();
        })];
    }

    private static Tensor Rows(double[][] rows) => tensor([.. rows.SelectMany(row => row).Select(x => (float)x)], [rows.Length, rows[0].Length]);
}
