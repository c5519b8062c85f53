using System.Diagnostics;
using System.Net.Http.Json;
using BiGS.Cli.Tests.Commands;
using BiGS.Pipelines;
using BiGS.Support;
using BiGS.Torch.Onnx;

namespace BiGS.Cli.Tests.Pipelines;

/// <summary>The same answers from an exported model as from the checkpoint, by every pipeline; and none of them needs libtorch.</summary>
public class OnnxBackendTests
{
    private const double Limit = 1e-4;

    private static readonly string[] Texts = ["the farmer sleeps .", "trees near the farmer , and nobody knows why .", "why", "the trees sleep near the farmer ."];

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void VectorsAndFillsAreTheSame(bool maskPadding)
    {
        using var model = new SmallModel(maskPadding);
        OnnxExport.Export(model.Folder, model.File("onnx"));
        using Embedder checkpoint = Embedder.Open(model.Folder, OnTorch.Fp32);
        using Embedder exported = Embedder.Open(model.File("onnx"));
        Assert.Equal(checkpoint.Dimensions, exported.Dimensions);
        Assert.All(checkpoint.Embed(Texts, cancellationToken: Now).Zip(exported.Embed(Texts, cancellationToken: Now)), pair => AssertNear(pair.First, pair.Second));
        Assert.All(Texts, text => AssertNear(checkpoint.Embed([text], cancellationToken: Now)[0], exported.Embed([text], cancellationToken: Now)[0]));

        using FillMask one = FillMask.Open(model.Folder, OnTorch.Fp32);
        using FillMask other = FillMask.Open(model.File("onnx"));
        string text = "the [MASK] near the [MASK] sleeps .";
        Assert.All(one.Fill(text, top: 4, Now).Zip(other.Fill(text, top: 4, Now)), pair =>
        {
            Assert.Equal(pair.First.Candidates.Select(word => word.Text), pair.Second.Candidates.Select(word => word.Text));
            Assert.All(pair.First.Candidates.Zip(pair.Second.Candidates), both => Assert.Equal(both.First.Probability, both.Second.Probability, Limit));
        });

        using Scorer scorer = Scorer.Open(model.Folder, OnTorch.Fp32);
        using Scorer otherScorer = Scorer.Open(model.File("onnx"));
        Assert.All(scorer.Score(Texts, Now).Zip(otherScorer.Score(Texts, Now)), pair => Assert.Equal(pair.First.LogLikelihood, pair.Second.LogLikelihood, 1e-3));
    }

    [Fact]
    public void ClassesTagsAndAnswersAreTheSame()
    {
        using (SmallModel model = Exported("BiGSForSequenceClassification"))
        {
            using Classifier checkpoint = Classifier.Open(model.Folder, OnTorch.Fp32);
            using Classifier exported = Classifier.Open(model.File("onnx"));
            ModelText[] texts = [.. Texts.Select(text => (ModelText)text), new ModelText(Texts[0], Texts[1])];
            Assert.All(checkpoint.Classify(texts, cancellationToken: Now).Zip(exported.Classify(texts, cancellationToken: Now)), pair =>
                Assert.All(pair.First.Labels.Zip(pair.Second.Labels), both =>
                {
                    Assert.Equal(both.First.Label, both.Second.Label);
                    Assert.Equal(both.First.Probability, both.Second.Probability, Limit);
                }));
        }

        using (SmallModel model = Exported("BiGSForTokenClassification"))
        {
            using Tagger checkpoint = Tagger.Open(model.Folder, OnTorch.Fp32);
            using Tagger exported = Tagger.Open(model.File("onnx"));
            Assert.Equal(
                checkpoint.Tag(Texts, cancellationToken: Now).SelectMany(words => words).Select(word => (word.Word, word.Tag)),
                exported.Tag(Texts, cancellationToken: Now).SelectMany(words => words).Select(word => (word.Word, word.Tag)));
        }

        using (SmallModel model = Exported("BiGSForQuestionAnswering"))
        {
            using Answerer checkpoint = Answerer.Open(model.Folder, OnTorch.Fp32);
            using Answerer exported = Answerer.Open(model.File("onnx"));
            QuestionContext[] asked = [new QuestionContext("why", string.Join(' ', Texts)), new QuestionContext("the farmer", Texts[1])];
            Assert.All(checkpoint.Answer(asked, cancellationToken: Now).Zip(exported.Answer(asked, cancellationToken: Now)), pair => Assert.Equal(pair.First.Best!.Text, pair.Second.Best!.Text));
        }
    }

    /// <summary>Of the model that comes along, in eight bits: the first fill of ordinary sentences stays the same, mostly.</summary>
    [Fact]
    public void EightBitsFillTheSameMostly()
    {
        string folder = Directory.CreateTempSubdirectory("bigs-int8-").FullName;
        try
        {
            OnnxExport.Export(BiGS.Weights.ShippedModel.Folder, folder, int8: true);
            string[] sentences =
            [
                "The river flows into the [MASK].", "She opened the [MASK] and looked out.", "He was born in [MASK] in 1950.", "The dogs [MASK] running in the park.",
                "They have two children, a son and a [MASK].", "The king and the [MASK] were married.", "Water is made of [MASK] and oxygen.", "The book was [MASK] in 1999.",
                "The children [MASK] to school every day.", "It is one of the [MASK] cities in the world.",
            ];
            using FillMask whole = FillMask.Open(OnTorch.Fp32);
            using FillMask eight = FillMask.Open(folder);
            int same = whole.Fill(sentences, 1, Now).Zip(eight.Fill(sentences, 1, Now)).Count(pair => pair.First[0].Candidates[0].Id == pair.Second[0].Candidates[0].Id);
            Assert.InRange(same, 8, 10);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A checkpoint needs no export: its graph is built from the weights, and answers as libtorch does.</summary>
    [Fact]
    public void ACheckpointIsOpenedAsItIs()
    {
        using SmallModel model = Exported("BiGSForSequenceClassification");
        using Classifier onnx = Classifier.Open(model.Folder);
        using Classifier torch = Classifier.Open(model.Folder, OnTorch.Fp32);
        ModelText[] texts = [new("the cat sleeps ."), new("why")];
        foreach ((Classification here, Classification there) in onnx.Classify(texts, cancellationToken: TestContext.Current.CancellationToken).Zip(torch.Classify(texts, cancellationToken: TestContext.Current.CancellationToken)))
        {
            Assert.Equal(there.Labels.Select(label => label.Label), here.Labels.Select(label => label.Label));
            Assert.All(there.Labels.Zip(here.Labels), pair => Assert.Equal(pair.First.Probability, pair.Second.Probability, 1e-5));
        }
    }

    [Fact]
    public void WhatAnExportedModelCannotDoIsRefused()
    {
        using SmallModel model = Exported("BiGSForSequenceClassification");
        string onnx = model.File("onnx");
        Bigs.Run("fill-mask", "--backend", "onnx", "--model", onnx, "[MASK]").FailedWith(1, "BiGSForSequenceClassification", "BiGSForMaskedLM");
        Bigs.Run("classify", "--backend", "onnx", "--precision", "bf16", "--model", onnx, "why").FailedWith(2, "--precision bf16 is for --backend torch");
        Bigs.Run("classify", "--backend", "tvm", "--model", onnx, "why").FailedWith(2, "auto, onnx, torch");
        Bigs.Run("classify", "--backend", "torch", "--precision", "int8", "--model", onnx, "why").FailedWith(2, "--precision int8 is for --backend onnx");
        string longText = string.Concat(Enumerable.Repeat("the cat sleeps . ", 100));
        Bigs.Run("classify", "--backend", "onnx", "--model", onnx, longText).FailedWith(1, "shorten");
    }

    /// <summary>
    /// The program in a folder without libtorch's files, and no package cache to take them from: answering goes by ONNX Runtime, and does not go by libtorch,
    /// which shows that the files are missed where they are needed.
    /// </summary>
    [Fact]
    public async Task NothingOfLibtorchIsNeeded()
    {
        using SmallModel model = Exported("BiGSForMaskedLM");
        string program = Directory.CreateDirectory(model.File("program")).FullName;
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(file => IsNeeded(Path.GetFileName(file))))
        {
            File.Copy(file, Path.Combine(program, Path.GetFileName(file)));
        }

        (int code, string output, string errors) = Run(program, "embed", "--raw", "--json", "--backend", "onnx", "--model", model.File("onnx"), Texts[0]);
        Assert.True(code == 0, errors);
        Assert.Equal(Bigs.Run("embed", "--raw", "--json", "--backend", "onnx", "--model", model.File("onnx"), Texts[0]).Succeeded().Output, output);
        Assert.Equal(0, Run(program, "fill-mask", "--backend", "onnx", "--model", model.File("onnx"), "the [MASK] sleeps .").Code);
        Assert.Equal(0, Run(program, "embed", "--model", model.Folder, Texts[0]).Code); // a checkpoint too
        Assert.Equal(1, Run(program, "embed", "--backend", "torch", "--model", model.Folder, Texts[0]).Code);

        float[] served = await Served(program, model.File("onnx"), Texts[0]);
        using Embedder checkpoint = Embedder.Open(model.Folder, OnTorch.Fp32);
        AssertNear(checkpoint.Embed([Texts[0]], cancellationToken: Now)[0], served);
    }

    /// <summary>A vector from a server of that program, which holds ONNX Runtime in its memory and nothing of libtorch.</summary>
    private static async Task<float[]> Served(string program, string model, string text)
    {
        const string Announcement = " on ";
        using Process process = Start(program, "serve", "--port", "0", "--log", "nothing", "--backend", "onnx", "--model", model);
        try
        {
            string? line = await process.StandardError.ReadLineAsync(Now);
            while (line?.Contains("http://", StringComparison.Ordinal) == false)
            {
                line = await process.StandardError.ReadLineAsync(Now);
            }

            Assert.NotNull(line);
            using var http = new HttpClient { BaseAddress = new Uri(line.Split(Announcement)[^1].Split(';')[0]) };
            using HttpResponseMessage response = await http.PostAsJsonAsync("/embed", new { inputs = text }, Now);
            float[][] vectors = (await response.Content.ReadFromJsonAsync<float[][]>(Now))!;
            string held = await File.ReadAllTextAsync($"/proc/{process.Id}/maps", Now);
            Assert.Contains("libonnxruntime.so", held, StringComparison.Ordinal);
            Assert.DoesNotContain("libtorch", held, StringComparison.OrdinalIgnoreCase);
            return vectors[0];
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(Now);
        }
    }

    /// <summary>What lists the files is left out too: the program then takes what lies beside it.</summary>
    private static bool IsNeeded(string name) =>
        (name.EndsWith(".dll", StringComparison.Ordinal) && !name.StartsWith("xunit", StringComparison.Ordinal))
        || name is "BiGS.Cli.runtimeconfig.json" or "libonnxruntime.so";

    private static (int Code, string Output, string Errors) Run(string program, params string[] args)
    {
        using Process process = Start(program, args);
        Task<string> errors = process.StandardError.ReadToEndAsync(Now);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }

    private static Process Start(string program, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(program, "BiGS.Cli.dll"), .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NUGET_PACKAGES"] = program;
        return Process.Start(start)!;
    }

    private static SmallModel Exported(string head)
    {
        var model = new SmallModel(head: head);
        OnnxExport.Export(model.Folder, model.File("onnx"));
        return model;
    }

    private static void AssertNear(float[] expected, float[] actual)
    {
        double largest = expected.Max(x => Math.Abs((double)x));
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, Limit * largest));
    }
}
