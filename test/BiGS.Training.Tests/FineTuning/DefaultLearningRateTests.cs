using BiGS.Configuration;
using BiGS.Training.FineTuning;

namespace BiGS.Training.Tests.FineTuning;

public class DefaultLearningRateTests
{
    /// <summary>From BERT-Base's width on it is the paper's; below it grows as models get narrower, up to 10⁻³.</summary>
    [Fact]
    public void Narrow_models_take_a_higher_rate_and_wide_ones_the_papers()
    {
        double[] rates = [.. Presets.Names.Select(name => DefaultLearningRate.For(Presets.Get(name), new FineTuningOptions()))];
        Assert.Equal(rates.OrderDescending(), rates);
        Assert.Equal(1e-3, rates[0]);
        Assert.Equal([2e-5, 2e-5], rates[^2..]);
    }

    [Fact]
    public void A_head_alone_and_adapters_take_rates_of_their_own_whatever_the_width()
    {
        foreach (string name in Presets.Names)
        {
            Assert.Equal(DefaultLearningRate.Head, DefaultLearningRate.For(Presets.Get(name), new FineTuningOptions { HeadOnly = true }));
            Assert.Equal(DefaultLearningRate.Adapters, DefaultLearningRate.For(Presets.Get(name), new FineTuningOptions { LoraRank = 8 }));
        }
    }
}
