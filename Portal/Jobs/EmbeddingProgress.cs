using System.Globalization;
using CllClip.Engine.Data.Features;
using CllClip.Engine.Training;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Jobs;

/// <summary>Embedding a data set for a run's base model, as progress of the run; what was embedded before is not told.</summary>
internal sealed class EmbeddingProgress(RunRecorder recorder, string dataset) : IProgress<FeatureProgress>
{
    public void Report(FeatureProgress value)
    {
        if (value.Note is { } note)
        {
            recorder.Report(new Logged("info", note));
        }
        if (value.Fraction < 1)
        {
            var phase = string.Create(
                CultureInfo.InvariantCulture,
                $"embedding {value.Phase.ToLowerInvariant()} of {dataset}, {100 * value.Fraction:0.0} %"
            );
            var before = recorder.Progress;
            recorder.Report(
                new ProgressMade(
                    new RunProgress(before?.Stage ?? 1, recorder.Stages, "", phase, 0, 0, 0, 0, before?.Fraction ?? 0, null, 0),
                    new Dictionary<string, double>()
                )
            );
        }
    }
}
