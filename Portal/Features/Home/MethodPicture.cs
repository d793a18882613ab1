using System.Net;
using CllClip.Portal.Localization;
using Microsoft.AspNetCore.Components;

namespace CllClip.Portal.Features.Home;

/// <summary>The picture of the method, inline so that it takes the page's colours.</summary>
public static class MethodPicture
{
    /// <summary>The picture, with its words in the reader's language.</summary>
    public static MarkupString Svg(PageText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 330" role="img" aria-labelledby="method-title method-desc" class="method-picture" direction="ltr">
            <title id="method-title">{WebUtility.HtmlEncode(text["How CLL-CLIP learns languages one after another"])}</title>
            <desc id="method-desc">{WebUtility.HtmlEncode(
                text[
                    "Two frozen towers, for images and text. Only the token-embedding table is trained; it grows by new rows with each language. TEIR protects rows that earlier languages use."
                ]
            )}</desc>
            <text x="20" y="26" text-anchor="start" font-size="13" font-weight="400" class="m-quiet">{WebUtility.HtmlEncode(
                text["Languages, in turn"]
            )}</text>
            <rect x="20" y="38" width="112" height="34" rx="8" class="m-lang"/>
            <text x="76" y="60" text-anchor="middle" font-size="14" font-weight="400" class="m-ink"><tspan lang="en">English</tspan></text>
            <path d="M76 73v8" class="m-arrow"/>
            <rect x="20" y="82" width="112" height="34" rx="8" class="m-lang"/>
            <text x="76" y="104" text-anchor="middle" font-size="14" font-weight="400" class="m-ink"><tspan lang="de">Deutsch</tspan></text>
            <path d="M76 117v8" class="m-arrow"/>
            <rect x="20" y="126" width="112" height="34" rx="8" class="m-lang"/>
            <text x="76" y="148" text-anchor="middle" font-size="14" font-weight="400" class="m-ink"><tspan lang="ja">日本語</tspan></text>
            <path d="M76 161v8" class="m-arrow"/>
            <rect x="20" y="170" width="112" height="34" rx="8" class="m-lang m-now"/>
            <text x="76" y="192" text-anchor="middle" font-size="14" font-weight="400" class="m-ink"><tspan lang="hi">हिन्दी</tspan></text>
            <path d="M76 205v8" class="m-arrow"/>
            <rect x="20" y="214" width="112" height="34" rx="8" class="m-lang"/>
            <text x="76" y="236" text-anchor="middle" font-size="14" font-weight="400" class="m-ink"><tspan lang="ar">العربية</tspan></text>
            <path d="M76 249v8" class="m-arrow"/>
            <rect x="20" y="258" width="112" height="34" rx="8" class="m-lang"/>
            <text x="76" y="280" text-anchor="middle" font-size="14" font-weight="400" class="m-ink"><tspan lang="fi">Suomi</tspan></text>
            <text x="190" y="26" text-anchor="start" font-size="13" font-weight="600" class="m-accent">{WebUtility.HtmlEncode(
                text["Token embeddings: trained, growing"]
            )}</text>
            <rect x="190" y="38" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="212" y="38" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="234" y="38" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="256" y="38" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="278" y="38" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="300" y="38" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="322" y="38" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="344" y="38" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="190" y="50" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="212" y="50" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="234" y="50" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="256" y="50" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="278" y="50" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="300" y="50" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="322" y="50" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="344" y="50" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="190" y="62" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="212" y="62" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="234" y="62" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="256" y="62" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="278" y="62" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="300" y="62" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="322" y="62" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="344" y="62" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="190" y="74" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="212" y="74" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="234" y="74" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="256" y="74" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="278" y="74" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="300" y="74" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="322" y="74" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="344" y="74" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="190" y="86" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="212" y="86" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="234" y="86" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="256" y="86" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="278" y="86" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="300" y="86" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="322" y="86" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="344" y="86" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="190" y="98" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="212" y="98" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="234" y="98" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="256" y="98" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="278" y="98" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="300" y="98" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="322" y="98" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="344" y="98" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="190" y="110" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="212" y="110" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="234" y="110" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="256" y="110" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="278" y="110" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="300" y="110" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="322" y="110" width="20" height="10" rx="2" class="m-r0"/>
            <rect x="344" y="110" width="20" height="10" rx="2" class="m-r0"/>
            <text x="376" y="84.0" text-anchor="start" font-size="12" font-weight="400" class="m-quiet">{WebUtility.HtmlEncode(
                text["base"]
            )}</text>
            <rect x="190" y="128" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="212" y="128" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="234" y="128" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="256" y="128" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="278" y="128" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="300" y="128" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="322" y="128" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="344" y="128" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="190" y="140" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="212" y="140" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="234" y="140" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="256" y="140" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="278" y="140" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="300" y="140" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="322" y="140" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="344" y="140" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="190" y="152" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="212" y="152" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="234" y="152" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="256" y="152" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="278" y="152" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="300" y="152" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="322" y="152" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="344" y="152" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="190" y="164" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="212" y="164" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="234" y="164" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="256" y="164" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="278" y="164" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="300" y="164" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="322" y="164" width="20" height="10" rx="2" class="m-r1"/>
            <rect x="344" y="164" width="20" height="10" rx="2" class="m-r1"/>
            <text x="376" y="156.0" text-anchor="start" font-size="12" font-weight="400" class="m-quiet" translate="no">+ de</text>
            <rect x="190" y="182" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="212" y="182" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="234" y="182" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="256" y="182" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="278" y="182" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="300" y="182" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="322" y="182" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="344" y="182" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="190" y="194" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="212" y="194" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="234" y="194" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="256" y="194" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="278" y="194" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="300" y="194" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="322" y="194" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="344" y="194" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="190" y="206" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="212" y="206" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="234" y="206" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="256" y="206" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="278" y="206" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="300" y="206" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="322" y="206" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="344" y="206" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="190" y="218" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="212" y="218" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="234" y="218" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="256" y="218" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="278" y="218" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="300" y="218" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="322" y="218" width="20" height="10" rx="2" class="m-r2"/>
            <rect x="344" y="218" width="20" height="10" rx="2" class="m-r2"/>
            <text x="376" y="210.0" text-anchor="start" font-size="12" font-weight="400" class="m-quiet" translate="no">+ ja</text>
            <rect x="190" y="236" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="212" y="236" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="234" y="236" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="256" y="236" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="278" y="236" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="300" y="236" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="322" y="236" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="344" y="236" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="190" y="248" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="212" y="248" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="234" y="248" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="256" y="248" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="278" y="248" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="300" y="248" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="322" y="248" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="344" y="248" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="190" y="260" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="212" y="260" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="234" y="260" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="256" y="260" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="278" y="260" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="300" y="260" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="322" y="260" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="344" y="260" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="190" y="272" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="212" y="272" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="234" y="272" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="256" y="272" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="278" y="272" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="300" y="272" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="322" y="272" width="20" height="10" rx="2" class="m-r3"/>
            <rect x="344" y="272" width="20" height="10" rx="2" class="m-r3"/>
            <text x="374" y="264" text-anchor="start" font-size="12" font-weight="400" class="m-quiet" translate="no">+ hi</text>
            <text x="190" y="304" text-anchor="start" font-size="12" font-weight="400" class="m-quiet">{WebUtility.HtmlEncode(
                text["TEIR: a row moves the less,"]
            )}</text>
            <text x="190" y="319" text-anchor="start" font-size="12" font-weight="400" class="m-quiet">{WebUtility.HtmlEncode(
                text["the more languages use it"]
            )}</text>
            <path d="M136 187h44" class="m-arrow" marker-end="url(#m-head)"/>
            <path d="M420 150h40" class="m-arrow" marker-end="url(#m-head)"/>
            <rect x="466" y="96" width="110" height="108" rx="8" class="m-frozen"/>
            <text x="521" y="140" text-anchor="middle" font-size="14" font-weight="600" class="m-ink">{WebUtility.HtmlEncode(
                text["Text tower"]
            )}</text>
            <text x="521" y="160" text-anchor="middle" font-size="12" font-weight="400" class="m-quiet">{WebUtility.HtmlEncode(
                text["frozen"]
            )}</text>
            <rect x="466" y="222" width="110" height="76" rx="8" class="m-frozen"/>
            <text x="521" y="256" text-anchor="middle" font-size="14" font-weight="600" class="m-ink">{WebUtility.HtmlEncode(
                text["Image tower"]
            )}</text>
            <text x="521" y="276" text-anchor="middle" font-size="12" font-weight="400" class="m-quiet">{WebUtility.HtmlEncode(
                text["frozen"]
            )}</text>
            <text x="434" y="304" text-anchor="middle" font-size="12" font-weight="400" class="m-quiet">{WebUtility.HtmlEncode(
                text["pictures"]
            )}</text>
            <g class="m-draw" transform="translate(12 -4)"><circle cx="411" cy="262" r="7"/><path d="M411 249v-4M411 279v-4M398 262h-4M428 262h-4M402 253l-3-3M420 271l3 3M402 271l-3 3M420 253l3-3"/><path d="M400 292v-6l6-6 6 6v6zM420 289c5-7 14-7 18 0c-4 6-13 6-18 0l-4-4v8z"/></g>
            <path d="M447 260h13" class="m-arrow" marker-end="url(#m-head)"/>
            <path d="M580 150h34M580 260h20l18-30" class="m-arrow" marker-end="url(#m-head)"/>
            <circle cx="682" cy="182" r="62" class="m-space"/>
            <circle cx="660" cy="165" r="5" class="m-p1"/>
            <circle cx="668" cy="172" r="5" class="m-p2"/>
            <circle cx="700" cy="205" r="5" class="m-p1"/>
            <circle cx="706" cy="197" r="5" class="m-p2"/>
            <circle cx="705" cy="152" r="5" class="m-p1"/>
            <circle cx="712" cy="160" r="5" class="m-p2"/>
            <circle cx="652" cy="205" r="5" class="m-p1"/>
            <circle cx="659" cy="211" r="5" class="m-p2"/>
            <text x="682" y="104" text-anchor="middle" font-size="13" font-weight="600" class="m-ink">{WebUtility.HtmlEncode(
                text["One shared space"]
            )}</text>
            <text x="682" y="266" text-anchor="middle" font-size="12" font-weight="400" class="m-quiet">{WebUtility.HtmlEncode(
                text["search, in every"]
            )}</text>
            <text x="682" y="281" text-anchor="middle" font-size="12" font-weight="400" class="m-quiet">{WebUtility.HtmlEncode(
                text["language learned"]
            )}</text>
            <defs><marker id="m-head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0l8 4-8 4z" class="m-headfill"/></marker></defs></svg>
            """
        );
    }
}
