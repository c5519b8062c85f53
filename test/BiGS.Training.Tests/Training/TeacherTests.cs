using BiGS.Configuration;
using BiGS.Inference;
using BiGS.Support;
using BiGS.Tokenizers;
using BiGS.Torch.Checkpoints;
using BiGS.Torch.Models;
using BiGS.Training.Data;
using static TorchSharp.torch;

namespace BiGS.Training.Tests.Training;

public class TeacherTests
{
    private static readonly BertTokenizer Words = new(
        new WordPieceVocabulary([.. WordPieceVocabulary.SpecialTokens, .. Enumerable.Range(0, 35).Select(i => $"w{i}")]), new BertNormalizer());

    /// <summary>½ CE + ½ T² KL, with KL = Σ p (ln p − ln q) written out.</summary>
    [Fact]
    public void TheLossIsAsTheFormulaSays()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        (BiGSForMaskedLM student, BiGSForMaskedLM master, Teacher teacher) = Pair(folder);
        using (teacher)
        {
            var batch = MaskedBatch.Create([new MaskedRow(new TokenRow([2, 6, 4, 8, 3]), [2], [7]), new MaskedRow(new TokenRow([2, 4, 9, 3]), [1], [12])], 0, 5);
            BatchTensors tensors = BatchTensors.FromBatch(batch, CPU);
            Tensor logits = student.LogitsAt(tensors.Input, tensors.Positions);
            Tensor crossEntropy = nn.functional.cross_entropy(logits, tensors.Words, reduction: nn.Reduction.Sum);
            Tensor loss = teacher.Loss(tensors, logits, crossEntropy);

            master.eval();
            Tensor p = (master.LogitsAt(tensors.Input, tensors.Positions) / 2).softmax(1);
            Tensor q = (logits / 2).softmax(1);
            Tensor expected = (crossEntropy / 2) + (2 * (p * (p.log() - q.log())).sum());
            Distance.Within(1e-5, loss, expected, "loss");
            loss.backward();
            Assert.All(student.parameters().Where(parameter => parameter.grad is not null), parameter => Assert.True(parameter.grad!.isfinite().all().item<bool>()));
        }
    }

    [Fact]
    public void ATeacherOfOtherWordsOrShorterRowsIsRefused()
    {
        using var folder = new TemporaryFolder();
        (BiGSForMaskedLM student, BiGSForMaskedLM master, Teacher teacher) = Pair(folder);
        using (student)
        using (master)
        using (teacher)
        {
            var other = new BertTokenizer(new WordPieceVocabulary([.. WordPieceVocabulary.SpecialTokens, "one"]), new BertNormalizer());
            Assert.Contains($"PretrainingOptions.Tokenizer = {folder.Path}", Refused(other, 5), StringComparison.Ordinal);
            Assert.Contains("PretrainingOptions.MaxLength", Refused(Words, 1_000), StringComparison.Ordinal);
        }

        string Refused(BertTokenizer tokenizer, int length) =>
            Assert.Throws<InvalidDataException>(() => Teacher.Open(folder.Path, tokenizer, length, CPU, Precision.Fp32)).Message;
    }

    private static (BiGSForMaskedLM Student, BiGSForMaskedLM Master, Teacher Teacher) Pair(TemporaryFolder folder)
    {
        BiGSConfig config = SmallModels.Config() with { VocabSize = 40, HiddenDropoutProb = 0 };
        BiGSForMaskedLM master = SmallModels.MaskedLm(config, seed: 5);
        CheckpointFolder.Save(folder.Path, master);
        Words.Save(folder.Path);
        return (SmallModels.MaskedLm(config with { Routing = Routing.Attention }, seed: 6), master, Teacher.Open(folder.Path, Words, 5, CPU, Precision.Fp32));
    }
}
