namespace CllClip.Engine.Teir;

/// <summary>Which parts of TEIR act in a run; all false is the method without TEIR.</summary>
/// <param name="Initialisation">New rows are drawn with the mean and deviation of the table before growth, else N(0, 0.02²).</param>
/// <param name="GradientScale">A row's gradient is multiplied by its scale before Adam's moments.</param>
/// <param name="DecayScale">A row's weight decay is multiplied by its scale.</param>
/// <param name="UpdateScale">TEIR-U, this project's own: the step made with a row is multiplied by its scale.</param>
/// <param name="Exponent">Power of the scale; 1 in the paper.</param>
public sealed record TeirParts(bool Initialisation, bool GradientScale, bool DecayScale, bool UpdateScale = false, double Exponent = 1)
{
    /// <summary>Whether a row whose token does not occur stays as it is: neither a gradient nor decay moves it.</summary>
    public bool SparesUnusedRows => (GradientScale || UpdateScale) && DecayScale;

    /// <summary>No TEIR.</summary>
    public static TeirParts Off { get; } = new(false, false, false);

    /// <summary>TEIR-U: what scales the gradient scales the update instead.</summary>
    public TeirParts ScalingUpdates() => this with { UpdateScale = GradientScale, GradientScale = false };

    /// <summary>The parts by the option's name: <c>grad_decay</c> (the method), <c>grad</c>, <c>decay</c> or <c>init</c>.</summary>
    public static TeirParts Parse(string name) =>
        name switch
        {
            "grad_decay" => new(true, true, true),
            "grad" => new(true, true, false),
            "decay" => new(true, false, true),
            "init" => new(true, false, false),
            _ => throw new EngineException($"Unknown TEIR parts '{name}'. Use grad_decay, grad, decay or init."),
        };
}
