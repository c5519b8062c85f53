using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Weights;
using static TorchSharp.torch;

namespace BiGS.Cli.Commands;

internal static class ForwardCommand
{
    public static Command Build(Terminal terminal)
    {
        var model = new ModelOptions();
        Option<string> input = OptionFactory.Text(
            "--input", "FILE", required: true,
            description: "a safetensors file: input_ids, and any of attention_mask, token_type_ids, labels, start_positions, end_positions");
        Option<string> output = OptionFactory.Text(
            "--output", "FILE", required: true,
            description: "what to write: logits, hidden_states.N, last_hidden_state, pooler_output, loss, grad.<parameter>");
        Option<bool> noGradients = OptionFactory.Flag(
            "--no-gradients", "write no gradients of the loss (with them, auto precision is fp64: sums that cancel to zero need it)");
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "replace the output file");
        var command = new BigsCommand(
            "forward",
            "Run a model on token ids and write all that it computes.",
            "bigs forward --model runs/pretrain-tiny-1 --input ids.safetensors --output states.safetensors");
        command.Add(input);
        command.Add(output);
        model.AddTo(command);
        command.Add(noGradients);
        command.Add(overwrite);
        command.SetHandler(parse =>
        {
            string source = parse.GetRequiredValue(input);
            string target = OutputPath.File(parse.GetRequiredValue(output), output.Name, parse.GetValue(overwrite), source);
            using var scope = NewDisposeScope();
            using var file = new SafetensorsFile(source);
            bool labelled = file.Contains("labels") || file.Contains("start_positions");
            bool differentiate = labelled && !parse.GetValue(noGradients);
            HeadedModel opened = model.Open(model.Place(parse, terminal), parse, terminal, auto: differentiate ? Precision.Fp64 : Precision.Fp32);
            List<(string Name, Tensor Tensor)> results = Compute(opened, new ForwardInputs(file, source, opened), differentiate);
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
            SafetensorsWriter.Write(target, results);
            terminal.Note($"{target}: {Summary(results)}");
        });
        return command;
    }

    /// <summary>Everything in single precision, by the names of the golden files.</summary>
    private static List<(string Name, Tensor Tensor)> Compute(HeadedModel model, ForwardInputs inputs, bool differentiate)
    {
        Device device = model.Bigs.Embeddings.WordTable.device;
        Tensor? There(Tensor? tensor) => tensor?.to(device);
        var input = new ModelInput(There(inputs.Input.InputIds)!, There(inputs.Input.AttentionMask), There(inputs.Input.TokenTypeIds));
        ModelLabels? labels = inputs.Labels is { } given
            ? new ModelLabels(There(given.Labels), There(given.StartPositions), There(given.EndPositions))
            : null;
        using var gradients = set_grad_enabled(differentiate);
        var hiddenStates = new List<Tensor>();
        ModelOutput output = model.Forward(input, labels, hiddenStates);
        var results = new List<(string Name, Tensor Tensor)>();
        void Add(string name, Tensor tensor) => results.Add((name, tensor.detach().to_type(ScalarType.Float32)));
        foreach ((string name, Tensor tensor) in output.Results)
        {
            Add(name, tensor);
        }

        for (int n = 0; n < hiddenStates.Count; n++)
        {
            Add($"hidden_states.{n}", hiddenStates[n]);
        }

        Add(ModelOutputs.LastHiddenState, output.LastHiddenState);
        if (output.PoolerOutput is { } pooled)
        {
            Add(ModelOutputs.PoolerOutput, pooled);
        }

        if (output.Loss is { } loss)
        {
            Add("loss", loss);
            if (differentiate)
            {
                loss.backward();
                foreach ((string name, var parameter) in model.named_parameters())
                {
                    if (parameter.grad is { } gradient)
                    {
                        Add($"grad.{name}", gradient);
                    }
                }
            }
        }

        return results;
    }

    private static string Summary(List<(string Name, Tensor Tensor)> results)
    {
        List<string> parts = [];
        foreach ((string name, Tensor tensor) in results.Where(result => !result.Name.Contains('.', StringComparison.Ordinal)))
        {
            parts.Add(tensor.dim() == 0 ? $"{name} {tensor.item<float>():g6}" : $"{name} ({string.Join(", ", tensor.shape)})");
        }

        parts.Add($"{results.Count(result => result.Name.StartsWith("hidden_states.", StringComparison.Ordinal))} hidden states");
        parts.Add($"{results.Count(result => result.Name.StartsWith("grad.", StringComparison.Ordinal))} gradients");
        return string.Join(", ", parts);
    }
}
