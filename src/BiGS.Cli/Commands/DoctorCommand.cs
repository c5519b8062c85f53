using System.CommandLine;
using BiGS.Cli.Doctor;
using BiGS.Cli.Options;
using BiGS.Cli.Output;

namespace BiGS.Cli.Commands;

internal static class DoctorCommand
{
    public static Command Build(Terminal terminal)
    {
        Option<bool> json = OptionFactory.Flag("--json", "one JSON object: healthy, checks");
        var command = new BigsCommand("doctor", "What this program stands on here, and a remedy where something is amiss.", "bigs doctor")
        {
            json,
        };
        command.SetAction(parse =>
        {
            DiagnosticResult[] findings = [.. Diagnostics.Run()];
            bool healthy = findings.All(finding => finding.Condition != DiagnosticStatus.Broken);
            if (parse.GetValue(json))
            {
                WriteJson(terminal, findings, healthy);
            }
            else
            {
                terminal.Show(new DiagnosticsView(findings));
            }

            return healthy ? 0 : 1;
        });
        return command;
    }

    private static void WriteJson(Terminal terminal, DiagnosticResult[] findings, bool healthy) => terminal.Json(json =>
    {
        json.WriteBoolean("healthy", healthy);
        json.WriteStartArray("checks");
        foreach (DiagnosticResult finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("name", finding.Name);
            json.WriteString("condition", finding.Condition.ToString().ToLowerInvariant());
            json.WriteString("found", finding.Found);
            json.WriteString("remedy", finding.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
