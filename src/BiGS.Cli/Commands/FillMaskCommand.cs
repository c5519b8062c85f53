using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Pipelines;
using BiGS.Tokenizers;

namespace BiGS.Cli.Commands;

internal static class FillMaskCommand
{
    private const int DefaultTop = 5;

    public static Command Build(Terminal terminal)
    {
        var model = new AnsweringOptions();
        Option<int?> top = OptionFactory.Number("--top", $"how many words for each [MASK] (default {DefaultTop})", least: 1);
        Option<int?> padTo = OptionFactory.Number(
            "--pad-to", "pad every text to N tokens (default: not at all; or the model's full length if it sees its padding)", least: 1);
        Option<bool> json = OptionFactory.Flag("--json", "one JSON object for each text");
        Argument<string[]> texts = OptionFactory.Texts("texts with [MASK] in them; none: the lines of standard input");
        var command = new BigsCommand("fill-mask", "The likeliest words for every [MASK] of a text.",
            "bigs fill-mask --model runs/pretrain-tiny-1 \"the [MASK] near the trees sleeps .\"",
            "bigs fill-mask --model runs/pretrain-tiny-1 --top 3 --json < texts.txt");
        model.AddTo(command);
        command.Add(top);
        command.Add(padTo);
        command.Add(json);
        command.Add(texts);
        command.SetHandler(parse =>
        {
            ModelPlace place = model.Place(parse, terminal);
            using FillMask fillMask = FillMask.Open(place.Folder, model.OpenOptions(parse, place), parse.GetValue(padTo));
            terminal.Warn(fillMask.Warnings);
            bool first = true;
            foreach (string text in terminal.Texts(parse.GetValue(texts)!))
            {
                IReadOnlyList<MaskedWord> words = fillMask.Fill(text, parse.GetValue(top) ?? DefaultTop);
                if (parse.GetValue(json))
                {
                    WriteJson(terminal, text, words);
                }
                else
                {
                    if (!first)
                    {
                        terminal.Line("");
                    }

                    terminal.Show(new FilledMasksView(text, words));
                    first = false;
                }
            }

            terminal.Warn(fillMask.TextWarnings);
        });
        return command;
    }

    private static void WriteJson(Terminal terminal, string text, IReadOnlyList<MaskedWord> words) => terminal.Json(json =>
    {
        json.WriteString("text", text);
        json.WriteStartArray("masks");
        var characters = new CharacterOffsets(text);
        foreach (MaskedWord word in words)
        {
            json.WriteStartObject();
            json.WriteNumber("start", characters.At(word.Start));
            json.WriteNumber("end", characters.At(word.End));
            json.WriteStartArray("candidates");
            foreach (MaskCandidate candidate in word.Candidates)
            {
                json.WriteStartObject();
                json.WriteString("token", candidate.Token);
                json.WriteNumber("id", candidate.Id);
                json.WriteNumber("probability", candidate.Probability);
                json.WriteString("text", candidate.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
