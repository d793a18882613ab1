using System.Diagnostics;
using CllClip.Engine.Data;
using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Data.Features;

namespace CllClip.Portal.Hosting;

/// <summary>One measure over the steps of the preparation, with the time left; passes on ten reports a second at most.</summary>
/// <param name="set">Told of each new status.</param>
/// <param name="prepared">Whether the data set is there already, so that only the features may be missing.</param>
internal sealed class PreparationMeter(Action<PreparationStatus> set, bool prepared)
    : IProgress<PreparationProgress>,
        IProgress<FeatureProgress>
{
    /// <summary>Share of the data set in the whole: measured, drawings take about four fifths of the time.</summary>
    private readonly double _dataShare = prepared ? 0 : 0.8;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private TimeSpan _last = TimeSpan.MinValue;
    private double _fraction;

    public void Report(PreparationProgress value) => Report(value.Phase, _dataShare * value.Fraction);

    public void EnterFeatures() => Report("Opening the base model", _dataShare);

    public void Report(FeatureProgress value) => Report("Embedding for the base model", _dataShare + ((1 - _dataShare) * value.Fraction));

    public void Report(string phase, double fraction)
    {
        lock (_lock)
        {
            _fraction = Math.Clamp(fraction, _fraction, 1);
            var now = _watch.Elapsed;
            if (_last != TimeSpan.MinValue && now - _last < TimeSpan.FromMilliseconds(100) && fraction < 1)
            {
                return;
            }
            _last = now;
            double? left = _fraction > 0.03 && now > TimeSpan.FromSeconds(1) ? now.TotalSeconds * (1 - _fraction) / _fraction : null;
            set(new(false, phase, _fraction, left, null));
        }
    }
}
