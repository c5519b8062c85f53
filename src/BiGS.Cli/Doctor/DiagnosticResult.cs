namespace BiGS.Cli.Doctor;

/// <summary>How one part of the machine is.</summary>
internal enum DiagnosticStatus
{
    /// <summary>Works.</summary>
    Good,

    /// <summary>Missing or weak, and nothing stops.</summary>
    Optional,

    /// <summary>Something does not work until it is mended.</summary>
    Broken,
}

/// <param name="Name">The part.</param>
/// <param name="Condition">How it is.</param>
/// <param name="Found">What was found.</param>
/// <param name="Remedy">What to do about it; null where there is nothing to do.</param>
internal sealed record DiagnosticResult(string Name, DiagnosticStatus Condition, string Found, string? Remedy = null);
