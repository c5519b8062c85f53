using System.CommandLine;
using BiGS.Cli.Options;
using BiGS.Cli.Output;
using BiGS.Tokenizers;
using BiGS.Training.Corpora;
using BiGS.Training.Data;
using BiGS.Training.Distributed;

namespace BiGS.Cli.Commands;

internal static class CorpusPrepareCommand
{
    public static Command Build(Terminal terminal)
    {
        Argument<string[]> paths = OptionFactory.Texts("text: .txt, .jsonl (also .gz), .parquet; files, folders or globs", "PATH…");
        Option<string> output = OptionFactory.Text("--out", "DIR", "where the shards go; the same command again goes on there", required: true);
        Option<string> tokenizer = OptionFactory.Text("--tokenizer", "TOKENIZER", $"{ModelPlace.TokenizerForms}; without it, a vocabulary is learned from the text");
        Option<int?> vocabSize = OptionFactory.Number("--vocab-size", "words of a vocabulary that is learned (default 8192)", least: WordPieceVocabulary.SpecialTokens.Count + 1);
        var files = new CorpusFileOptions();
        var normalizer = new NormalizerOptions();
        Option<bool> keep = OptionFactory.Flag("--keep-duplicates", "keep documents whose very text stood before");
        Option<int?> workers = OptionFactory.Number("--workers", "threads that encode, and files read at once (default: one a core)", least: 1);
        Option<string> part = OptionFactory.Text("--part", "K/N", "read only the files of part K of N; the last part to end finishes the folder (default: as mpirun, srun or torchrun say)");
        Option<bool> overwrite = OptionFactory.Flag("--overwrite", "begin a corpus that is in --out anew");
        Option<bool> json = OptionFactory.Flag("--json", "the result as one JSON object");
        var command = new BigsCommand(
            "prepare", "Tokenise any number of files into shards that pretrain reads, on all cores and over processes. Stopped anywhere, the same command goes on.",
            "bigs corpus prepare texts/*.jsonl.gz --tokenizer my-tokenizer --out prepared/web",
            "bigs corpus prepare texts --vocab-size 25600 --part 2/4 --out prepared/web",
            "srun --ntasks 16 bigs corpus prepare texts --tokenizer my-tokenizer --out prepared/web")
        { paths, output, tokenizer, vocabSize, keep, workers, part, overwrite, json };
        normalizer.AddTo(command);
        foreach (Option option in files.All)
        {
            command.Add(option);
        }

        command.SetHandler(parse =>
        {
            string folder = OutputPath.Folder(parse.GetRequiredValue(output), output.Name, remedyIfNotEmpty: null);
            if (parse.GetValue(tokenizer) is not null && parse.GetValue(vocabSize) is not null)
            {
                throw new ArgumentException("--tokenizer has its vocabulary already, so that --vocab-size does not go with it; leave one of them out.");
            }

            if (parse.GetValue(tokenizer) is not null && normalizer.FirstGiven(parse) is { } said)
            {
                throw new ArgumentException($"{said} is for a vocabulary that is learned, and --tokenizer brings one; leave one of them out.");
            }

            CorpusOptions reading = files.Reading(parse);
            terminal.InterruptedNote = $"interrupted; files that were read whole are kept in {folder}, and the same command goes on with the others.";
            var options = new PreparationOptions
            {
                Corpus = files.Paths(parse.GetValue(paths) ?? [], parse, terminal),
                Tokenizer = parse.GetValue(tokenizer) is { } given ? BertTokenizer.Open(ModelPlace.OfTokenizer(given, terminal)) : null,
                VocabSize = parse.GetValue(vocabSize) ?? 8192,
                Normalizer = normalizer.Over(new BertNormalizer(), parse),
                TextField = reading.TextField,
                Encoding = reading.Encoding,
                KeepDuplicates = parse.GetValue(keep),
                Workers = parse.GetValue(workers) ?? Environment.ProcessorCount,
                Part = parse.GetValue(part) is { } named ? PreparationPart.Parse(named) : OfLaunch(LaunchContext.Detect()),
            };
            if (parse.GetValue(overwrite))
            {
                Clear(folder, options.Part);
            }

            PreparationResult result;
            using (ProgressLine line = terminal.Progress())
            {
                result = CorpusPreparation.Run(
                    options, folder,
                    new SynchronousProgress<PreparationProgress>(at => line.Report(at.Activity, at.Fraction, $"{at.Documents:N0} documents, {at.Tokens:N0} tokens")), terminal.Interrupted);
            }

            if (result.Manifest is not null)
            {
                terminal.Warn(PreparedCorpus.Coverage(folder).Warnings);
            }

            PreparationReport.Show(terminal, folder, options.Part, result, parse.GetValue(json));
        });
        return command;
    }

    private static PreparationPart OfLaunch(LaunchContext launch) => new(launch.Rank + 1, launch.WorldSize);

    private static void Clear(string folder, PreparationPart part)
    {
        if (part.Count > 1)
        {
            throw new ArgumentException($"--overwrite would take away what other parts write into {folder}; remove the folder before the first part starts.");
        }

        if (Directory.Exists(folder) && !PreparedCorpus.IsAt(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new IOException($"{folder}: no corpus was begun there, so that --overwrite has nothing to replace; choose another --out.");
        }

        CorpusPreparation.Clear(folder);
    }
}
