using BiGS.Checkpoints;
using BiGS.Models;
using BiGS.Onnx;
using BiGS.Tests.Models;

namespace BiGS.Tests.Onnx;

/// <summary>What ONNX Runtime computes of an exported model is what libtorch computes of the model.</summary>
public class OnnxExportTests
{
    public static TheoryData<string, Architecture, Routing> HeadsAndForms => new MatrixTheoryData<string, Architecture, Routing>(
        [
            "BiGSForMaskedLM", "BiGSForSequenceClassification", "BiGSForTokenClassification", "BiGSForQuestionAnswering", "BiGSForMultipleChoice",
            OnnxExport.BareEncoder,
        ],
        [Architecture.Gated, Architecture.Stack],
        [Routing.Ssm, Routing.Attention]);

    [Theory]
    [MemberData(nameof(HeadsAndForms))]
    public void EveryHeadOfEveryModelAnswersTheSame(string head, Architecture architecture, Routing routing) =>
        AnswersTheSame(SmallModels.Config(architecture, routing), head);

    private static void AnswersTheSame(BiGSConfig config, string head = "BiGSForMaskedLM")
    {
        using HeadedModel model = SmallModels.Build(config, head: head == OnnxExport.BareEncoder ? "BiGSForMaskedLM" : head);
        string file = Path.Combine(Path.GetTempPath(), $"bigs-{Guid.NewGuid():N}.onnx");
        try
        {
            OnnxExport.Write(model, new ConfigFile(config, head, new Dictionary<string, System.Text.Json.Nodes.JsonNode?>()), file);
            using OnnxModel onnx = OnnxModel.Open(file, threads: 1);
            IReadOnlyList<OutputDistance> outputs = OnnxCheck.Compare(model, onnx, 1, 1, 9, 17, config.MaxPositionEmbeddings);
            Assert.Equal(Expected(head), outputs.Select(output => output.Output).Order(StringComparer.Ordinal));
            Assert.All(outputs, output => Assert.InRange(output.Distance, 0, OnnxCheck.Limit));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string[] Expected(string head) => head switch
    {
        OnnxExport.BareEncoder => ["last_hidden_state"],
        "BiGSForQuestionAnswering" => ["end_logits", "last_hidden_state", "start_logits"],
        "BiGSForSequenceClassification" or "BiGSForMultipleChoice" => ["last_hidden_state", "logits", "pooler_output"],
        _ => ["last_hidden_state", "logits"],
    };
}
