namespace BiGS.Ssm;

/// <summary>Which way an SSM reads the sequence. Backward equals reversing, reading forward, and reversing back (paper.md §2).</summary>
public enum Direction
{
    Forward,
    Backward,
}
