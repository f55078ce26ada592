-- What was said about a contact in any of its responses, feedback items and conversation counts once.
select
    contacts.contact_id,
    topics.task,
    topics.label,
    bool_or(known.issue_code is null) as is_latent
from {{ ref('int_text__references') }} as said
inner join {{ ref('fct_contacts') }} as contacts on said.contact_id = contacts.contact_id
inner join {{ ref('int_text__topics') }} as topics
    on said.reference_id = topics.reference_id and said.text_kind = topics.text_kind
left join {{ ref('reason_topics') }} as known
    on contacts.issue_code = known.issue_code and topics.task = known.task and topics.label = known.label
where contacts.issue_code is not null
group by contacts.contact_id, topics.task, topics.label
