/**
 * What is seeded, as SQL that makes rows out of numbers: quick for millions, and the same for every way in. Each
 * row is `(id, owner_id, record_type, created_at, data)` with `data` as a client would send it, blanks left out.
 */

const FIRST =
  'Northwind Contoso Fabrikam Tailspin Wingtip Adventure Litware Proseware Lucerne Margie Woodgrove Humongous Alpine Coho Trey Relecloud Graphic Consolidated Blue City'.split(
    ' ',
  );
const SECOND =
  'Traders Systems Logistics Foods Metals Energy Robotics Textiles Pharma Insurance Shipping Optics Paper Glass Cement Plastics Tools Media Games Travel'.split(
    ' ',
  );
const TOPIC =
  'rollout renewal expansion migration pilot upgrade framework retrofit consulting maintenance training integration analytics warehouse backup security portal telephony hardware licences'.split(
    ' ',
  );

/** Words that names are made of, and what a search looks for: they are in 5 % of all names, digits in few. */
export const NAME_WORDS: readonly string[] = [...FIRST, ...SECOND, ...TOPIC];

const list = (values: readonly (string | null)[]) =>
  `array[${values.map((value) => (value === null ? 'null' : `'${value}'`)).join(', ')}]`;
const oneOf = (values: readonly (string | null)[]) =>
  `(${list(values)})[1 + floor(random() * ${values.length})::int]`;

/** As a client's JSON would have it: without zeros at the end. */
const money = (value: string, scale: number) => `trim_scale(round((${value})::numeric, ${scale}))`;

/** Half of all deals are in the two stages that the list workloads ask for. */
const STAGE_WEIGHTS: readonly string[] = [
  ...Array<string>(6).fill('closed_won'),
  ...Array<string>(4).fill('proposal'),
  ...Array<string>(3).fill('closed_lost'),
  ...Array<string>(2).fill('prospecting'),
  ...Array<string>(2).fill('qualification'),
  'needs_analysis',
  ...Array<string>(2).fill('negotiation'),
];

const DESCRIPTION =
  'They want to replace two of their systems and asked for references from their own industry. The budget is approved; procurement needs the contract by the end of the quarter. Our contact is leaving in spring, so the next meeting has to include her successor and somebody from finance.';

/** `$1` owners (uuid[]). Rows in the order of their creation, so that ids and instants run alike. */
export function accountRows(count: number): string {
  return `select uuidv7(created_at - now()) as id, owner_id, null::text as record_type, created_at,
    jsonb_strip_nulls(jsonb_build_object(
      'name', ${oneOf(FIRST)} || ' ' || ${oneOf(SECOND)} || ' ' || n,
      'external_id', 'ACC-' || n,
      'type', ${oneOf(['customer', 'prospect', 'partner', 'supplier'])},
      'status', 'active',
      'annual_revenue', ${money('random() * 1e9', 2)},
      'employees', 1 + floor(random() * 20000)::int,
      'billing_city', ${oneOf(['Berlin', 'Lyon', 'Porto', 'Leeds', 'Austin', 'Osaka'])},
      'founded_year', 1900 + floor(random() * 120)::int,
      'website', 'https://www.example.com/' || n,
      'description', '${DESCRIPTION}')) as data
  from (
    select n, now() - interval '1800 days' + (n * interval '700 days' / ${count}) as created_at,
      ($1::uuid[])[1 + (n * 7919) % array_length($1::uuid[], 1)] as owner_id
    from generate_series(1, ${count}) as n
  ) as numbered order by n`;
}

/** `$1` owners. Accounts come from `accounts`, a table of `(position, id)`. */
export function dealRows(count: number, accounts: string): string {
  const dayFrom = (day: string, spread: number) => `(${day} + floor(random() * ${spread})::int)`;
  return `select uuidv7(created_at - now()) as id, owner_id, 'new_business' as record_type, created_at,
    jsonb_strip_nulls(jsonb_build_object(
      'name', ${oneOf(FIRST)} || ' ' || ${oneOf(SECOND)} || ' ' || ${oneOf(TOPIC)} || ' ' || lpad(floor(random() * 1e6)::text, 6, '0'),
      'account', account.id,
      'amount', ${money('100 * (1 + random() * 999) * case when random() < 0.3 then 10 else 1 end', 2)},
      'recurring_amount', ${money('random() * 9000', 2)},
      'close_date', case when stage in ('closed_won', 'closed_lost') then ${dayFrom("date '2022-01-01'", 1400)} else ${dayFrom('current_date', 400)} end,
      'contract_start', ${dayFrom("date '2024-01-01'", 300)},
      'contract_end', ${dayFrom("date '2025-01-01'", 900)},
      'delivery_due', ${dayFrom("date '2024-03-01'", 900)},
      'description', substr('${DESCRIPTION}', 1 + floor(random() * 60)::int),
      'external_id', 'DEAL-' || n,
      'forecast_category', ${oneOf(['pipeline', 'best_case', 'commit', 'closed'])},
      'lead_source', ${oneOf(['website', 'referral', 'trade_fair', 'webinar', 'customer'])},
      'loss_reason', case stage when 'closed_lost' then ${oneOf(['price', 'timing', 'competitor'])} end,
      'loss_details', case stage when 'closed_lost' then 'They went with the offer that came first.' end,
      'next_step', ${oneOf(['Send the revised proposal', 'Call the buyer', 'Arrange a visit to a reference customer'])},
      'next_step_on', ${dayFrom('current_date', 90)},
      'order_number', case stage when 'closed_won' then 'ON-' || n end,
      'ordered_on', case stage when 'closed_won' then ${dayFrom("date '2022-01-01'", 1400)} end,
      'partner_account', partner.id,
      'partner_commission', ${money('random() * 15', 1)},
      'priority', ${oneOf(['low', 'normal', 'high', 'urgent'])},
      'probability', floor(random() * 100)::int,
      'sales_engineer', ($1::uuid[])[1 + (n * 104729) % array_length($1::uuid[], 1)],
      'stage', stage,
      'term_months', 12 * (1 + floor(random() * 5)::int),
      'type', ${oneOf(['new_customer', 'repeat_order', 'upsell', 'cross_sell'])},
      'carrier', ${oneOf(['Northern Freight', 'Harbour Lines', null, null])})) as data
  from (
    select n, ${oneOf(STAGE_WEIGHTS)} as stage,
      now() - interval '1095 days' + (n * interval '1095 days' / ${count}) as created_at,
      ($1::uuid[])[1 + (n * 6271) % array_length($1::uuid[], 1)] as owner_id,
      1 + (n * 7919) % (select count(*) from ${accounts}) as account_number,
      case when n % 3 = 0 then 1 + (n * 31) % (select count(*) from ${accounts}) end as partner_number
    from generate_series(1::bigint, ${count}) as n
  ) as numbered
  join ${accounts} account on account.position = account_number
  left join ${accounts} partner on partner.position = partner_number
  order by numbered.n`;
}
