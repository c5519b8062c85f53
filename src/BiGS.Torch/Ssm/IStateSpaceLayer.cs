using static TorchSharp.torch;

namespace BiGS.Torch.Ssm;

/// <summary>A module that computes a state-space model. It draws its fresh parameters by a rule of its own.</summary>
internal interface IStateSpaceLayer
{
    /// <summary>Which of its parameters are those of the system (A, C, D and Δ in S4D): they have a learning rate and weight decay of their own, and stay in single precision.</summary>
    IEnumerable<string> SystemParameters { get; }

    /// <param name="frequencies">Of the states, where these are complex.</param>
    /// <param name="generator">Decides what is drawn.</param>
    void Initialize(InitialFrequencies frequencies, Generator generator);
}
