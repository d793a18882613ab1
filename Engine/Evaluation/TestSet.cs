using CllClip.Engine.Data;
using CllClip.Engine.Data.Features;

namespace CllClip.Engine.Evaluation;

/// <summary>A further data set that a run is evaluated on, with what the teacher says of it. Its training captions are never looked at.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Features">Its teacher embeddings, from the run's own base model.</param>
public sealed record TestSet(IRetrievalDataset Dataset, TeacherFeatures Features);
