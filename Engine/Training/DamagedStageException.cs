namespace CllClip.Engine.Training;

/// <summary>A stage of a checkpoint is gone, torn or altered; what it was trained to is to be had again from the stage before.</summary>
/// <param name="stage">The stage, from 1.</param>
/// <param name="fault">What is wrong with which file, without a full stop.</param>
/// <param name="remedy">What a person can do.</param>
/// <param name="cause">What the disk or the reader said, if one did.</param>
public sealed class DamagedStageException(int stage, string fault, string remedy, Exception? cause = null)
    : EngineException($"{fault}. {remedy}", cause)
{
    /// <summary>The stage, from 1.</summary>
    public int Stage => stage;

    /// <summary>What is wrong with which file: the message without the remedy.</summary>
    public string Fault => fault;
}
