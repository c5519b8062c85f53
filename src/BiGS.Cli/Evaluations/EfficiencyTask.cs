using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Torch.Models;
using BiGS.Training.Evaluation;

namespace BiGS.Cli.Evaluations;

/// <summary><c>efficiency</c>: parameters, operations and time of a forward pass.</summary>
internal sealed class EfficiencyTask() : EvaluationTask("efficiency", "parameters, floating-point operations and time of a forward pass, by length")
{
    private readonly Option<int[]> _lengths = OptionFactory.Numbers(
        "--lengths", "efficiency: tokens of a row; timed as far as the model has positions", 128, 512, 1_024, 4_096);

    /// <inheritdoc/>
    public override IReadOnlyList<Option> Reads => [_lengths];

    /// <inheritdoc/>
    public override void Run(EvaluationRun run)
    {
        using HeadedModel model = run.OpenModel();
        int[] lengths = [.. run.Value(_lengths)!.Distinct()];
        RowCost[] costs = run.Working(
            "reading", progress => lengths.Select((length, i) =>
            {
                RowCost cost = RowCost.Measure(model, length, run.Route, run.Interrupted);
                progress.Report((i + 1.0) / lengths.Length);
                return cost;
            }).ToArray());
        long parameters = model.parameters().Sum(parameter => parameter.numel());
        long ofLayers = model.Bigs.Layers.SelectMany(layer => layer.parameters()).Sum(parameter => parameter.numel());
        if (run.AsJson)
        {
            run.Terminal.Json(Figures(costs, parameters, ofLayers).Write);
        }
        else
        {
            run.Terminal.Show(new EfficiencyTable(model.Config, parameters, ofLayers, costs));
        }
    }

    private Score Figures(RowCost[] costs, long parameters, long ofLayers)
    {
        var metrics = new Dictionary<string, double> { ["parameters"] = parameters, ["layer_parameters"] = ofLayers };
        foreach (RowCost cost in costs)
        {
            metrics[$"flops_{cost.Length}"] = cost.Flops;
            metrics[$"route_flops_{cost.Length}"] = cost.RouteFlops;
            if (cost.Seconds is double seconds)
            {
                metrics[$"seconds_{cost.Length}"] = seconds;
            }
        }

        return new Score(Name, metrics, costs.Length, new Dictionary<string, Interval>());
    }
}
