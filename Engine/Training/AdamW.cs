using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace CllClip.Engine.Training;

/// <summary>
/// AdamW as the reference uses it (spec section 5): decoupled decay on parameters of two or more dimensions, bias correction with the task's step
/// count, epsilon outside the root after the correction, parameters without a gradient skipped. A parameter's rows may carry TEIR's scales.
/// </summary>
public sealed class AdamW : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-6;

    private readonly double _weightDecay;
    private readonly List<Slot> _slots = [];
    private readonly List<Tensor> _standing = [];
    private int _step;

    /// <summary>A fresh optimiser.</summary>
    /// <param name="weightDecay">Decoupled weight decay.</param>
    public AdamW(double weightDecay) => _weightDecay = weightDecay;

    /// <summary>Adds a parameter.</summary>
    /// <param name="parameter">A leaf with requires_grad.</param>
    /// <param name="gradientScale">Factor of each row's gradient [R, 1], or null.</param>
    /// <param name="decayScale">Factor of each row's weight decay [R, 1], or null.</param>
    /// <param name="updateScale">Factor of each row's update [R, 1], or null.</param>
    public void Add(Tensor parameter, Tensor? gradientScale = null, Tensor? decayScale = null, Tensor? updateScale = null)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        _slots.Add(
            new Slot(
                parameter,
                gradientScale?.DetachFromDisposeScope(),
                decayScale?.DetachFromDisposeScope(),
                updateScale?.DetachFromDisposeScope()
            )
        );
    }

    /// <summary>Adds a parameter that counts in the clipping norm and is never stepped; its gradient adds up until <see cref="ClearStandingGradients"/>.</summary>
    public void AddStanding(Tensor parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        _standing.Add(parameter);
    }

    /// <summary>First and second moments of a parameter, for inspection.</summary>
    public (Tensor First, Tensor Second) Moments(Tensor parameter)
    {
        var slot = _slots.First(s => ReferenceEquals(s.Parameter, parameter));
        return (slot.First, slot.Second);
    }

    /// <summary>Forgets the gradients of the last step.</summary>
    public void ClearGradients()
    {
        foreach (var slot in _slots)
        {
            slot.Parameter.grad = null;
        }
    }

    /// <summary>Forgets the gradients of parameters that are never stepped.</summary>
    public void ClearStandingGradients()
    {
        foreach (var parameter in _standing)
        {
            parameter.grad = null;
        }
    }

    /// <summary>Scales all gradients by min(1, limit / (norm + 1e-6)).</summary>
    /// <returns>The norm before.</returns>
    public double ClipGradients(double limit)
    {
        using var scope = NewDisposeScope();
        using var nothing = no_grad();
        var squares = 0.0;
        Tensor[] parameters = [.. _slots.Select(s => s.Parameter), .. _standing];
        foreach (var parameter in parameters)
        {
            if (parameter.grad is { } gradient)
            {
                var norm = gradient.norm().Number();
                squares += norm * norm;
            }
        }
        var total = Math.Sqrt(squares);
        var factor = limit / (total + 1e-6);
        if (factor < 1)
        {
            foreach (var parameter in parameters)
            {
                parameter.grad?.Multiply_(factor);
            }
        }
        return total;
    }

    /// <summary>One step.</summary>
    /// <param name="learningRate">Learning rate of this step.</param>
    public void Step(double learningRate)
    {
        _step++;
        var rootCorrection = Math.Sqrt(1 - Math.Pow(Beta2, _step));
        var stepSize = learningRate / (1 - Math.Pow(Beta1, _step));
        using var nothing = no_grad();
        foreach (var slot in _slots)
        {
            using var scope = NewDisposeScope();
            var (p, gradient) = (slot.Parameter, slot.Parameter.grad);
            if (gradient is null)
            {
                continue;
            }
            var decay = p.dim() >= 2 ? learningRate * _weightDecay : 0;
            if (decay != 0)
            {
                Decay(p, slot.DecayScale, decay);
            }
            if (slot.GradientScale is { } rows)
            {
                gradient.mul_(rows);
            }
            slot.First.Multiply_(Beta1).Add_(gradient, 1 - Beta1);
            slot.Second.Multiply_(Beta2).AddProduct_(gradient, gradient, 1 - Beta2);
            var root = slot.Second.sqrt().Divide_(rootCorrection).Add_(Epsilon);
            p.AddQuotient_(slot.UpdateScale is { } scale ? slot.First * scale : slot.First, root, -stepSize);
        }
    }

    private static Tensor Decay(Tensor parameter, Tensor? scale, double decay) =>
        scale is null ? parameter.Multiply_(1 - decay) : parameter.mul_(scale.Times(-decay).Plus(1.0));

    /// <summary>Everything that the next step reads but the number of steps: parameters, moments, gradients that add up. The tensors stay the optimiser's.</summary>
    internal IEnumerable<(string Name, Tensor Value)> State()
    {
        foreach (var (slot, i) in _slots.Select((s, i) => (s, i)))
        {
            yield return (string.Create(CultureInfo.InvariantCulture, $"parameter{i}"), slot.Parameter);
            yield return (string.Create(CultureInfo.InvariantCulture, $"first{i}"), slot.First);
            yield return (string.Create(CultureInfo.InvariantCulture, $"second{i}"), slot.Second);
        }
        foreach (var (parameter, i) in _standing.Select((p, i) => (p, i)))
        {
            yield return (string.Create(CultureInfo.InvariantCulture, $"standing{i}"), parameter);
            if (parameter.grad is { } gradient)
            {
                yield return (StandingGradient(i), gradient);
            }
        }
    }

    /// <summary>Puts back what <see cref="State"/> gave.</summary>
    /// <param name="state">By name, of the shapes they had.</param>
    /// <param name="steps">Steps made so far.</param>
    internal void LoadState(IReadOnlyDictionary<string, Tensor> state, int steps)
    {
        ClearStandingGradients(); // and so asks of State only what is there
        using var nothing = no_grad();
        foreach (var (name, value) in State())
        {
            value.copy_(state[name]);
        }
        foreach (var (parameter, i) in _standing.Select((p, i) => (p, i)))
        {
            if (state.TryGetValue(StandingGradient(i), out var gradient))
            {
                parameter.grad = gradient.to(parameter.dtype, parameter.device, copy: true);
            }
        }
        _step = steps;
    }

    private static string StandingGradient(int parameter) => string.Create(CultureInfo.InvariantCulture, $"gradient{parameter}");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var slot in _slots)
        {
            slot.Dispose();
        }
    }

    private sealed class Slot(Tensor parameter, Tensor? gradientScale, Tensor? decayScale, Tensor? updateScale) : IDisposable
    {
        public Tensor Parameter => parameter;
        public Tensor? GradientScale => gradientScale;
        public Tensor? DecayScale => decayScale;
        public Tensor? UpdateScale => updateScale;
        public Tensor First { get; } = zeros_like(parameter).detach().DetachFromDisposeScope();
        public Tensor Second { get; } = zeros_like(parameter).detach().DetachFromDisposeScope();

        public void Dispose()
        {
            gradientScale?.Dispose();
            decayScale?.Dispose();
            updateScale?.Dispose();
            First.Dispose();
            Second.Dispose();
        }
    }
}

/// <summary>Linear warm-up from 0, then constant.</summary>
/// <param name="LearningRate">Learning rate after warm-up.</param>
/// <param name="WarmupSteps">Number of steps w; step j before w has learningRate · j / w, so the first step has 0.</param>
public sealed record WarmupSchedule(double LearningRate, int WarmupSteps)
{
    /// <summary>The schedule of a task: w = floor(ratio · steps).</summary>
    public static WarmupSchedule For(double learningRate, double ratio, int steps) => new(learningRate, (int)(ratio * steps));

    /// <summary>Learning rate of step j, from 0.</summary>
    public double At(int step) => step < WarmupSteps ? LearningRate * step / WarmupSteps : LearningRate;
}
